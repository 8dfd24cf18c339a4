"""YAML read as plain data: no guessed dates, no key that silently replaces another, no text that grows when read."""

import yaml

# A policy of a hundred categories has some 40,000 characters and six levels.
MOST_CHARACTERS = 500_000
MOST_LEVELS = 40


class NotPlain(ValueError):
    """The text is no YAML object; the message says where."""


def read_yaml(text: str) -> dict[str, object]:
    """Return the object that a YAML text states; days and moments stay texts, a key may occur once.

    A few lines can stand for billions of parts, or for a part inside itself, when they point at one another: such
    pointers (`&name`, `*name`) are refused, and so is what is nested deeper or longer than any policy.
    Raises NotPlain. Source: docs/rules/policy.md.
    """
    try:
        _refuse_growth(text)
        data = yaml.load(text, Loader=_PlainLoader)
    except NotPlain:
        raise
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise NotPlain(f"is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise NotPlain("expected an object")
    return data


def _refuse_growth(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise NotPlain(f"is longer than {MOST_CHARACTERS} characters")
    level = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise NotPlain(f"points at another part (& or *), line {line}: write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        if level > MOST_LEVELS:
            raise NotPlain(f"is nested deeper than {MOST_LEVELS} levels, line {line}")


class _PlainLoader(yaml.CSafeLoader):
    """Reads by libyaml, which every wheel of PyYAML holds: a policy in 6 ms instead of 37."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Return the object, or refuse a key that occurs twice or is no plain word."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is a plain word", key_node.start_mark
                )
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} occurs twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

"""YAML read as plain data: no guessed dates, no key that silently replaces another."""

import yaml


class NotPlain(ValueError):
    """The text is no YAML object; the message says where."""


def read_yaml(text: str) -> dict[str, object]:
    """Return the object that a YAML text states; days and moments stay texts, a key may occur once.

    Raises NotPlain. Source: docs/rules/policy.md.
    """
    try:
        data = yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        raise NotPlain(f"is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise NotPlain("expected an object")
    return data


class _PlainLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Return the object, or refuse a key that occurs twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} occurs twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

"""Reasons as sentences a family understands, never with another child's data. Source: docs/lottery.md (reasons)."""

from dataclasses import dataclass

from admissions.matching.records import Bid, Cutoff, Reason

CHINESE = {
    Reason.ADMITTED: "已录取。计划 {seats} 人，{applicants} 人填报。",
    Reason.HIGHER_CHOICE_WON: "已由更靠前的志愿或批次录取，此志愿不再使用。",
    Reason.NOT_ELIGIBLE: "不符合此志愿的报名条件。",
    Reason.CATEGORY_BELOW_CUTOFF: "计划 {seats} 人，{applicants} 人填报，在您孩子的类别之前已经录满。",
    Reason.SAME_CATEGORY_KEY_BELOW: "计划 {seats} 人，{applicants} 人填报。"
    "录取到同一类别，您孩子的排序条件在录取线之后。",
    Reason.SAME_CATEGORY_TICKET: "计划 {seats} 人，{applicants} 人填报。同一次序由派位号决定：录取到 {cutoff}，"
    "您孩子的派位号是 {ticket}，数小者在前。",
    Reason.PRIVATE_DRAW_LOST: "计划 {seats} 人，{applicants} 人填报。因参加民办摇号未中，按公布的规则排在后面。",
    Reason.NO_SEATS: "此志愿本次没有学位，{applicants} 人填报。",
    Reason.FILLED_BY_RESERVE: "计划 {seats} 人，{applicants} 人填报。一部分学位按公布的规则预留，余下的已录满。",
    Reason.DWELLING_LOCKED: "此住房在规定年限内已使用过该校学位，将另行安排学校。",
    Reason.GROUP_KEPT_TOGETHER: "剩余学位不能同时录取多胞胎，按约定一起参加下一志愿。",
    Reason.COORDINATED: "志愿均未录取，已统筹安排到仍有学位的学校。",
    Reason.WITHDRAWN: "已退出本次报名。",
    Reason.LATE: "在截止之后提交，未参加本次录取。",
    Reason.NO_SEAT_WITHIN_REACH: "目前没有可以安排的学位，由教育局另行安排。",
}

ENGLISH = {
    Reason.ADMITTED: "Admitted: {seats} seats, {applicants} applicants.",
    Reason.HIGHER_CHOICE_WON: "A choice higher on the list, or an earlier stage, was won; this one is not used.",
    Reason.NOT_ELIGIBLE: "The conditions of this choice are not met.",
    Reason.CATEGORY_BELOW_CUTOFF: "{seats} seats, {applicants} applicants: all seats went to categories before "
    "your child's.",
    Reason.SAME_CATEGORY_KEY_BELOW: "{seats} seats, {applicants} applicants: admission ended within your child's "
    "category, before your child's place in its order.",
    Reason.SAME_CATEGORY_TICKET: "{seats} seats, {applicants} applicants: among equals the ticket decided, up to "
    "{cutoff}; your child drew {ticket}, and smaller goes first.",
    Reason.PRIVATE_DRAW_LOST: "{seats} seats, {applicants} applicants: by the published rule a child who tried the "
    "private draw and lost stands further back.",
    Reason.NO_SEATS: "This choice has no seats this time; {applicants} applied.",
    Reason.FILLED_BY_RESERVE: "{seats} seats, {applicants} applicants: some seats are set aside by the published "
    "rule, and the others are filled.",
    Reason.DWELLING_LOCKED: "This dwelling has used its place at the school within the set years; another school "
    "will be found.",
    Reason.GROUP_KEPT_TOGETHER: "The seats left could not take all of the twins; they go on together, as agreed.",
    Reason.COORDINATED: "No choice could be met; a place was found at a school that had seats left.",
    Reason.WITHDRAWN: "The application was withdrawn.",
    Reason.LATE: "It was handed in after the closing and took no part.",
    Reason.NO_SEAT_WITHIN_REACH: "No seat can be offered yet; the bureau will find a place.",
}

# The first digits are enough to compare two tickets by eye; 64 are not for reading aloud.
DIGITS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason, told twice."""

    chinese: str
    english: str


def sentence(reason: Reason, bid: Bid, cutoff: Cutoff) -> Sentence:
    """Return the reason of a bid at a line in words, with the line's figures and the child's own ticket."""
    facts = {
        "seats": cutoff.seats,
        "applicants": cutoff.applicants,
        "ticket": _shown(bid.ticket),
        "cutoff": _shown(cutoff.ticket or 0),
    }
    return Sentence(CHINESE[reason].format(**facts), ENGLISH[reason].format(**facts))


def _shown(ticket: int) -> str:
    return f"{ticket:064x}"[:DIGITS_SHOWN] + "…"

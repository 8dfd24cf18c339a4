"""The ten prohibitions and their guards in Chinese and English: (what, what, guard, guard)."""

from collections.abc import Mapping

PROHIBITION_TEXTS: Mapping[int, tuple[str, str, str, str]] = {
    1: (
        "严禁无计划、超计划组织招生，严禁提前录取、招收已被其他学校录取的学生",
        "No admission without or above plan; no taking pupils already admitted elsewhere",
        "数据库约束使之不可能：每条计划录取数不超过计划数，每名儿童在一个批次至多一个有效录取",
        "Database constraints make it impossible: offers never above plan, one held offer per child and round",
    ),
    2: (
        "严禁自行组织或与社会培训机构联合组织以选拔生源为目的的各类考试",
        "No selection tests, own or others'",
        "事实词表封闭，没有成绩字段，政策不能引用",
        "The fact vocabulary is closed and has no score; a policy cannot name one",
    ),
    3: (
        "严禁提前组织招生",
        "No early recruiting",
        "报名只在统一窗口内受理，结果只在公布时间后发出",
        "Forms are taken only in the one window; offers go out only from the results date",
    ),
    4: (
        "严禁公办、民办学校混合招生、混合编班",
        "No mixing of public and private enrolment or classes",
        "公办、民办是不同的计划；学籍名单只来自录取结果",
        "Public and private are separate plan lines; enrolment lists come only from placements",
    ),
    5: (
        "严禁以高额物质奖励、虚假宣传等不正当手段招揽生源",
        "No prizes, no false publicity",
        "系统不保存学校自述或宣传文字，页面只显示登记信息；出现此类字段即计数",
        "No text by a school is kept, pages show register data only; a column for one is counted",
    ),
    6: (
        "严禁收取与入学挂钩的捐资助学款",
        "No donations tied to admission",
        "系统没有任何缴费环节；出现缴费数据表即计数",
        "No payment step exists; a table for payments is counted",
    ),
    7: (
        "严禁以各类竞赛证书、学科竞赛成绩或考级证明等作为招生依据",
        "No certificates or contest results as a basis",
        "材料清单封闭，此类材料不能设置",
        "The document catalogue is closed; such a document cannot be configured",
    ),
    8: (
        "严禁设立任何名义的重点班、快慢班",
        "No key or streamed classes",
        "本系统不保存成绩，也不保存分班名单，无从按成绩分班；出现可存放分班名单的数据表即计数。"
        "编班由 divide_classes 命令按派位号均衡排出，凭同一文件任何人可以重算",
        "Neither scores nor class lists are kept, so nothing here can stream; a table that could hold class lists is"
        " counted. The command divide_classes deals balanced classes by ticket; anybody with its file can do it again",
    ),
    9: (
        "严禁公布、宣传、炒作考试成绩和升学率",
        "No ranking or publicity of exam results",
        "系统不保存学校宣传文字，也不保存成绩",
        "Neither texts by schools nor results of examinations are kept",
    ),
    10: (
        "严禁出现人籍分离、空挂学籍、学籍造假等现象",
        "No split between the pupil and the pupil's register",
        "学籍移交名单只由合法录取生成",
        "Hand-over lists come only from lawful placements",
    ),
}

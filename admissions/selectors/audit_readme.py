"""What the auditor's bundle says about itself."""

README = """审计包 / The auditor's bundle

一条命令核对全部 / one command checks everything:

    python manage.py check_audit_bundle 本文件.zip

逐项核对 / piece by piece:

MANIFEST.json          每个文件的 SHA-256 / the SHA-256 of every file
rounds/批次/policy.json 批次所依据的政策，规范 JSON；其 SHA-256 即 round.json 的 policy_digest，也在名单里
                       the policy; its SHA-256 is policy_digest in round.json and on every entry list
rounds/批次/policy_approval.json  谁（职务、编号）何时起草、批准、记录每一步 / who wrote, approved, recorded it
rounds/批次/applications.csv, choices.csv, facts.csv  报名、志愿、事实（每项有来源、日期、查验者）；由它们和政策重新推算
                       类别、顺位和排序值 / applications, choices and facts, from which category, tier and keys follow
rounds/批次/lines.csv, zones.csv, walks.csv, dwelling_uses.csv  线、学区、步行距离、住房使用记录
                       the lines, zones, walks and dwelling uses they were judged with
rounds/批次/lists/n/   第 n 份名单：entry_list.json 的 SHA-256 即截止时公布的摘要；重新截止的理由在 list.json
                       the n-th list: the SHA-256 of entry_list.json is the digest announced at closing
  standings.csv        每个孩子在每条线上的类别、顺位和排序值；名单上的次序必须正是它们的次序
                       category, tier and keys of every child; the published ranks must be exactly their order
  behind_ranks.csv     就近学校承诺的盐、住房锁定 / the salt of the commitment to the nearest lines, and dwelling locks
  values.csv           公开数值：谁、何时、读作什么；两人须一致 / who read which public value, when; two must agree
  draw.zip             公开结果包 / the public bundle:
                       python verify_lottery.py draw.zip; python verify_matching.py draw.zip
  reasons.csv, cutoffs.csv  全部理由和录取线（含类别顺位） / all reasons and cut-offs, with tiers
  left_off.json        误漏补登的孩子，理由和依据 / children left off by mistake, why, and their keys
rounds/批次/after_results.zip  结果之后的每一次递补 / every place given on: python verify_moves.py after_results.zip
rounds/批次/offers.csv, offer_steps.csv  学位的去向，每一步是谁、何时、为何 / what became of every place, step by step
audit/events.jsonl     本批次和政策（含审批）的审计记录 / audit events of the rounds and of the policy, approvals too
audit/leaves.txt, heads.csv  全部记录的叶子和已公布的树根（RFC 6962）：每条记录的规范 JSON 的 SHA-256 是其叶子，
                       由叶子算出的根须与公布的一致 / every leaf of the log and the published heads: the SHA-256 of
                       an event's canonical JSON is its leaf, and the leaves must give the published roots

包里只有报名号，没有姓名、证件号码、电话和住址；房屋、监护人、多胞胎组用只在本包内有意义的代号；特殊教育需要的孩子
只有人数，提到他们的审计记录只给出叶子。工作人员以编号和职务表示。
The bundle holds receipts: no names, identity numbers, telephone numbers or addresses; dwellings, guardians and twin
groups are pseudonyms of this bundle; of special-needs children only their number, and of events that name one only the
leaf. People of the office are shown by ids and roles.
"""

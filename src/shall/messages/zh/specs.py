"""Problems of requirements and links in Chinese."""

SPECS: dict[str, str] = {
    "And {more} more {plural}.": "另有 {more} 个问题。",
    "{nodeid} verifies {shown}, which is not a "
    "string and is not read.": "{nodeid} 的 verifies 参数 {shown} 不是字符串，已忽略。",
    "{nodeid} has a verifies mark that names no criterion.": (
        "{nodeid} 的 verifies 标记没有指明验收标准。"
    ),
    "This verifies mark is not read, because its "
    "argument is not a plain string.": "未读取此 verifies 标记：其参数不是字符串常量。",
    "Write the key itself, such as "
    'verifies("auth#1.2").': '请直接写出编号，例如 verifies("auth#1.2")。',
    "This is not Python: {reason}.": "这不是 Python：{reason}。",
    "This Python is nested too deeply to be read.": "此 Python 文件嵌套过深，无法读取。",
    "{count} {plural} not read, the first at {place}.": (
        "有 {count} 处内容像是需求但未被读取，第一处在 {place}。"
    ),
    "`shall lint` lists what was not read, and why.": "`shall lint` 会列出未读取的内容及原因。",
    "JUnit XML needs neither.": "JUnit XML 不需要这些内容。",
    "{report} has a document type or entities.": "{report} 含有文档类型声明或实体。",
    "{report} is not XML: {reason}.": "{report} 不是 XML：{reason}。",
    "{report} has more than {limit} tests.": "{report} 的测试多于 {limit} 个。",
    "{report} is not a JUnit report: its root is {tag}.": (
        "{report} 不是 JUnit 报告：其根元素为 {tag}。"
    ),
    "{report} has more than {limit} levels of nested elements.": (
        "{report} 的元素嵌套超过 {limit} 层。"
    ),
    "{name} is ambiguous.": "{name} 有歧义。",
    "Write one of {names}.": "请写明其中之一：{names}。",
    "It is the key of the criteria at {places}: give each its own number.": (
        "以下验收标准的编号相同：{places}。请为每条单独编号。"
    ),
    "{name} was removed by the change {change}.": "{name} 已被变更 {change} 删除。",
    "Remove the link.": "请删除该链接。",
    "{name} is unknown.": "{name} 不存在。",
    "Did you mean {names}?": "是否指 {names}？",
    "{key} is at {span} already.": "{key} 已出现在 {span}。",
    "Add it below `## MODIFIED Requirements`, or under another title.": (
        "请把它写在 `## MODIFIED Requirements` 之下，或换一个标题。"
    ),
    "Each requirement and criterion needs a "
    "number of its own.": "每条需求和验收标准都应有自己的编号。",
    "This sentence reads like a requirement, but "
    "is not among criteria.": "这句话像是需求，但不在验收标准中。",
    "This list is under acceptance criteria, but "
    "under no requirement.": "此列表位于验收标准之下，但不属于任何需求。",
    "This list is under a requirement, but no heading "
    "says that it has its criteria.": "此列表位于需求之下，但没有标题说明它是验收标准。",
    'Write the heading "Acceptance Criteria" above it, '
    'or "Notes" if it has none.': "请在其上方加标题“验收标准”；如果不是验收标准，请加标题“备注”。",
    "This bullet is among criteria, but is not a sentence.": "此列表项位于验收标准中，但不是句子。",
    "This reads like a requirement, but is code, HTML or a comment in Markdown.": (
        "这里像是需求，但在 Markdown 中属于代码、HTML 或注释。"
    ),
    "Close the code block or comment above it, or write it without indentation and tags; "
    "write an example in a closed code block.": (
        "请结束它上方的代码块或注释，或去掉缩进和标签；如果是示例，请写在有结束标记的代码块里。"
    ),
    "This table row reads like a requirement, but has no id.": "此表格行像是需求，但没有编号。",
    "This is a template with empty slots, not a requirement.": "这是尚未填写的模板，不是需求。",
    "Move it to the acceptance criteria, or "
    "write an id in front of it.": "请将其移到验收标准中，或在前面加上编号。",
    'Write a heading such as "Requirement 1" '
    "above it.": "请在其上方写一个标题，例如“Requirement 1”。",
    "Write a sentence, or a heading above the "
    "list that says what it is.": "请写成句子，或在列表上方加标题说明其内容。",
    "Write its id into the first column.": "请在第一列写上编号。",
    "{source} verifies {key}, so it is testable.": "{source} 验证了 {key}，因此它可以测试。",
    "Run it, or remove the link first.": "请运行它，或先删除链接。",
    "There is no state to record it in.": "没有可用于记录的状态目录。",
    "There are: {names}.": "已有：{names}。",
    "{name} has no {given}.": "{name} 没有{given}。",
    "No case or test verifies {key}.": "没有用例或测试验证 {key}。",
    "Link one with `shall link`.": "请用 `shall link` 建立链接。",
    "{source} does not verify {key}.": "{source} 没有验证 {key}。",
    "Linked are: {names}.": "已链接的有：{names}。",
    "Write a sentence that others can check.": "请写一句他人可以核实的话。",
    "{flag} is empty.": "{flag} 为空。",
    "{flag} has more than {limit} characters.": "{flag} 超过 {limit} 个字符。",
    "Name today or a later day with --until.": "请用 --until 指定今天或之后的日期。",
    "{day} is in the past.": "{day} 已经过去。",
    "The {given} of {key} does not count: no "
    "criterion has that key.": "{key} 的{given}无效：没有验收标准使用此编号。",
    "Its text is {key} now: record the decision again.": "该内容现在的编号是 {key}，请重新确认。",
    "The {given} of {key} by {person} does not "
    "count: the text changed since.": "{person} 对 {key} 的{given}无效：文本此后有改动。",
    "Record it again, or withdraw it with --remove.": "请重新确认，或用 --remove 撤回。",
    "The {given} of {key} by {person} expired on "
    "{day}.": "{person} 对 {key} 的{given}已于 {day} 到期。",
    "Prove the criterion, record it again, or "
    "withdraw it with --remove.": "请证明该验收标准，或重新确认，或用 --remove 撤回。",
    "The {given} of {key} by {person} does not "
    "count: {source} verifies the criterion.": "{person} 对 {key} 的{given}无效：{source} 验证了该"
    "验收标准。",
    "Withdraw it with --remove, or the link.": "请用 --remove 撤回，或删除链接。",
    "No criterion was found in this document.": "此文档中未找到验收标准。",
    "Number its sentences below a heading such "
    'as "Requirement 1", or write ids before '
    "them.": "请在“Requirement 1”这样的标题下为句子编号，或在句子前写上编号。",
    "Nothing changed from {what} to {given}.": "{what} 与 {given} 之间没有变化。",
    "The gate passed: {count} rules hold.": "门禁通过：{count} 条规则全部满足。",
    "The gate cannot be judged: {bad} of {count} rules cannot.": (
        "无法判定门禁：{count} 条规则中有 {bad} 条无法判定。"
    ),
    "The gate failed: {bad} of {count} rules {plural} "
    "not hold.": "门禁未通过：{count} 条规则中有 {bad} 条未满足。",
    "A newer release wrote this line of the baseline.": "基线的这一行由更新的版本写入。",
    "This is a link, which is not followed, so nothing of it is read.": (
        "这是一个链接，不会跟随，因此其中的内容都没有读取。"
    ),
    "Copy what it leads to, or list that path in the setting specs of shall.yaml.": (
        "请复制它指向的内容，或在 shall.yaml 的 specs 设置中列出实际路径。"
    ),
    "This line belongs to no test, so it links nothing.": (
        "这一行不属于任何测试，因此没有建立链接。"
    ),
    "Write it directly above a test, or as the first line in it.": (
        "请写在测试的正上方，或写成测试内的第一行。"
    ),
    "The name of this test or of a block around it is computed, so the line links nothing.": (
        "该测试或其外层代码块的名称是动态生成的，因此这一行没有建立链接。"
    ),
    "Write the key into the name of the test, or give it a name as a plain string.": (
        "请把编号写入测试名称，或用普通字符串为其命名。"
    ),
    "Another test in this file has the same name, so the line links nothing.": (
        "该文件中另有同名测试，因此这一行没有建立链接。"
    ),
    "Give each test a name of its own.": "请为每个测试取不同的名称。",
    "Write it in the docstring of a test, or directly above the test.": (
        "请写在测试的文档字符串中，或测试的正上方。"
    ),
    "{file} was committed, and is missing.": "{file} 曾提交过，现在缺失。",
    "gate.baseline is required, and {file} is missing.": (
        "gate.baseline 要求有基线，但 {file} 缺失。"
    ),
    "Git could not determine whether {file} was committed.": "git 没有回答 {file} 是否曾提交过。",
    "Restore it from git, write it with `shall baseline`, or set gate.baseline to optional.": (
        "请从 git 恢复，用 `shall baseline` 写入，或将 gate.baseline 设为 optional。"
    ),
    "The baseline has no criterion.": "基线中没有任何验收标准。",
    "Restore it from git, or write it again with `shall baseline`.": (
        "请从 git 恢复，或用 `shall baseline` 重新写入。"
    ),
    "This line is not a row of a baseline.": "这一行不是基线的记录。",
    "Resolve the merge, or write the baseline "
    "again with `shall baseline`.": "请解决合并冲突，或用 `shall baseline` 重新生成基线。",
    "No feature with a criterion matches {name}.": "没有包含验收标准的功能与 {name} 匹配。",
    "{count} {plural} criteria or links.": "有 {count} 个问题遮住了验收标准或链接。",
    "All documents, cases and tests were read.": "所有文档、用例和测试均已读取。",
    "No criterion was found in specs/ or in the "
    "folder of another layout.": "在 specs/ 及其他已知布局的目录中未找到验收标准。",
    "Every criterion is waived, not testable or removed, "
    "so none is judged.": "所有验收标准均已豁免、不可测试或待移除，没有可以判定的。",
    "{count} {plural} found.": "找到 {count} 条验收标准。",
    "The proof of {key} is older than {age}.": "{key} 的证明早于 {age}。",
    "{key} was not proved on a commit without "
    "other changes.": "{key} 不是在没有其他改动的提交上证明的。",
    "{percent} % are proved, {minimum} % are required.": "已证明 {percent}%，要求 {minimum}%。",
    "{key} is {given}.": "{key} 的状态是{given}。",
    "There is no criterion of the kind {kind}.": "没有 {kind} 类的验收标准。",
    "{key} ({kind}) is {given}, not {wanted}.": "{key}（{kind}）的状态是{given}，而不是{wanted}。",
    "{what}: {count}, at most {most} allowed.": "{what}：{count}，最多允许 {most}。",
    "{key} was proved in {what} and is {given} now.": "{key} 在{what}中已证明，现在是{given}。",
    "{key} was proved in {what}, and no document contains it now.": (
        "{key} 在{what}中已证明，现在已没有文档包含它。"
    ),
    "If it was withdrawn, write the baseline "
    "again with `shall baseline`.": "如果它已撤销，请用 `shall baseline` 重新生成基线。",
    "{percent} % are proved, {before} % were in "
    "{what}.": "已证明 {percent}%，{what}中为 {before}%。",
    "There is no rule {name}.": "没有规则 {name}。",
    "`shall lint --list` lists the rules.": "运行 `shall lint --list` 可列出所有规则。",
    "`shall lint --fix` corrects it.": "`shall lint --fix` 可自动修正。",
    "{wanted}. Violations: {count}.": "{wanted}；违反 {count} 项。",
    "{path} has a document type or entities.": "{path} 含有文档类型或实体声明。",
    "{path} is not XML: {reason}.": "{path} 不是 XML：{reason}。",
    "{path} has more than {limit} tests.": "{path} 中的测试超过 {limit} 个。",
    "{path} is not a JUnit report: its root is {root}.": (
        "{path} 不是 JUnit 报告：其根元素是 {root}。"
    ),
    "{path} has more than {limit} levels of nested elements.": "{path} 的元素嵌套超过 {limit} 层。",
    "{criterion} is changed by another change too, at {place}.": (
        "{criterion} 还被另一项变更修改，见 {place}。"
    ),
    "Archive one change before the other is written.": "请先归档其中一项变更，再编写另一项。",
    "A change is applied to a document with a base_fingerprint.": (
        "应用改动时必须提供 base_fingerprint。"
    ),
    "Propose it first: the answer has the fingerprint.": "请先提议改动，答复中含有指纹。",
    "{path} was changed meanwhile.": "{path} 在此期间已被改动。",
    "Propose the change again.": "请重新提议改动。",
    "{path} is not a requirements document.": "{path} 不是需求文档。",
    "list_specs names them; create_file writes other documents.": (
        "list_specs 会列出需求文档；其他文档用 create_file 写入。"
    ),
    "{path} was changed since at the same place: line {line} of the document, line {other} of the "
    "content.": "{path} 的同一处已被改动：文档第 {line} 行，提交内容第 {other} 行。",
    "Read the document again, and change its present text.": "请重新读取文档，再改动当前文本。",
    "The passage of edit {number} is not in {path}.": "第 {number} 处改动的原文不在 {path} 中。",
    "The passage of edit {number} occurs in lines {listed} of {path}.": (
        "第 {number} 处改动的原文出现在多行：{listed}（{path}）。"
    ),
    "Read the document again, and name a passage that occurs there once.": (
        "请重新读取文档，并指定在其中只出现一次的原文。"
    ),
    "{path} was changed since, and the text with the fingerprint {fingerprint} is not the "
    "committed one.": "{path} 已被改动，且指纹 {fingerprint} 对应的文本不是已提交的版本。",
    "Read the document again, or send edits instead of the content.": (
        "请重新读取文档，或改为提交 edits。"
    ),
    "The change would remove {count} criteria: {named}.": (
        "该改动会删除 {count} 条验收标准：{named}。"
    ),
    "Name them in drop, or keep them.": "请在 drop 中写明，或予以保留。",
    "The change does not remove {keys}.": "该改动并未删除 {keys}。",
    "Leave it out of drop.": "请将其从 drop 中去掉。",
}

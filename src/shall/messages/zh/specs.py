"""Problems of requirements and links in Chinese."""

SPECS: dict[str, str] = {
    "And {more} more {plural}.": "另有 {more} 个问题。",
    "{nodeid} verifies {shown}, which is no "
    "string and is not read.": "{nodeid} 的 verifies 参数 {shown} 不是字符串，已忽略。",
    "This verifies mark is not read, because its "
    "argument is no plain string.": "未读取此 verifies 标记：其参数不是字符串常量。",
    "Write the key itself, such as "
    'verifies("auth#1.2").': '请直接写出编号，例如 verifies("auth#1.2")。',
    "This is not Python: {reason}.": "这不是 Python：{reason}。",
    "This Python is nested too deeply to be read.": "此 Python 文件嵌套过深，无法读取。",
    "{name} is ambiguous.": "{name} 有歧义。",
    "Write one of {names}.": "请写明其中之一：{names}。",
    "{name} is unknown.": "{name} 不存在。",
    "Did you mean {names}?": "是否指 {names}？",
    "{key} is at {span} already.": "{key} 已出现在 {span}。",
    "Each requirement and criterion needs a "
    "number of its own.": "每条需求和验收标准都应有自己的编号。",
    "This sentence reads like a requirement, but "
    "is not among criteria.": "这句话像是需求，但不在验收标准中。",
    "This list is under acceptance criteria, but "
    "under no requirement.": "此列表位于验收标准之下，但不属于任何需求。",
    "This bullet is among criteria, but is no sentence.": "此列表项位于验收标准中，但不是句子。",
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
    "{day} is over.": "{day} 已经过去。",
    "The {given} of {key} does not count: no "
    "criterion has that key.": "{key} 的{given}无效：没有验收标准使用此编号。",
    "Its text is {key} now: decide anew.": "该内容现在的编号是 {key}，请重新确认。",
    "The {given} of {key} by {person} does not "
    "count: the text changed since.": "{person} 对 {key} 的{given}无效：文本此后有改动。",
    "Decide anew, or withdraw it with --remove.": "请重新确认，或用 --remove 撤回。",
    "The {given} of {key} by {person} expired on "
    "{day}.": "{person} 对 {key} 的{given}已于 {day} 到期。",
    "Prove the criterion, decide anew, or "
    "withdraw it with --remove.": "请证明该验收标准，或重新确认，或用 --remove 撤回。",
    "The {given} of {key} by {person} does not "
    "count: {source} verifies the criterion.": "{person} 对 {key} 的{given}无效：{source} 验证了该"
    "验收标准。",
    "Withdraw it with --remove, or the link.": "请用 --remove 撤回，或删除链接。",
    "No criterion was found in this document.": "此文档中未找到验收标准。",
    "Number its sentences below a heading such "
    'as "Requirement 1", or write ids before '
    "them.": "请在“Requirement 1”这样的标题下为句子编号，或在句子前写上编号。",
}

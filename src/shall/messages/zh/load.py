"""Sentences of loads in Chinese."""

LOAD: dict[str, str] = {
    "Run test cases at a steady rate and measure them.": "以固定速率运行测试用例并测量耗时。",
    "cases that start in a second": "每秒启动的用例数",
    "how long cases start: 10s": "持续启动用例的时长，例如 10s",
    "number of cases that run concurrently at most (100)": "同时运行的用例数上限（默认 100）",
    "exit with status 1 if the 95th percentile of the cases is longer": "用例耗时的 P95 "
    "超过该值时，以退出码 1 结束",
    "exit with status 1 if the 99th percentile of the cases is longer": "用例耗时的 P99 "
    "超过该值时，以退出码 1 结束",
    "exit with status 1 if more cases do not pass (0%%)": "未通过的用例超过"
    "该比例时，以退出码 1 结束（默认 0%%）",
    "{text} is not a rate such as 50/s or 30/min": "{text} 不是速率，例如 50/s 或 30/min",
    "{text} is not a time such as 300ms, 10s or 2min": "{text} 不是时长，例如 300ms、10s 或 2min",
    "{text} is not a whole number above 0": "{text} 不是大于 0 的整数",
    "{text} is not a percentage from 0% to 100%": "{text} 不是 0% 到 100% 的百分比",
    "{name} is {took} ms, more than {allowed} ms.": "{name} 为 {took} ms，超过 {allowed} ms。",
    "{percent} % of the cases are errors, more than {allowed} %.": "{percent} % 的用例出错，超过 "
    "{allowed} %。",
    "{key} cannot run: {reason}.": "{key} 无法运行：{reason}。",
    "All of these cases are skipped or send no requests.": "这些用例全部被跳过或不发送请求。",
    "Not started: too many cases ran.": "未启动：同时运行的用例过多。",
    "Other reasons.": "其他原因。",
    "Passed cases per second: {rate}, of {asked} requested, in {took}.": (
        "每秒通过 {rate} 个用例（目标 {asked} 个），共 {took}。"
    ),
    "Latest start: {late} behind schedule.": "启动最晚的用例比预定时间晚 {late}。",
    "Excluded because they are skipped or send no requests: "
    "{count}.": "未参与（被跳过或不发送请求）：{count}。",
    "The load was interrupted; this was measured until then. Not counted: "
    "{count}.": "负载测试已中断；以上为中断前的测量结果。未计入：{count}。",
    "Cases that did not end in time were stopped, "
    "and count as errors.": "未按时结束的用例已停止，并计为出错。",
}

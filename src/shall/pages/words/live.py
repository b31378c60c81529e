"""The words of runs that go on."""

WORDS = {
    "live.running": ("The run is in progress", "运行进行中"),
    "live.done": ("{done} of {total} cases", "{total} 个用例已完成 {done} 个"),
    "live.newest": ("Newest failure", "最近的失败"),
    "live.asked": (
        "Asked to stop: its process looks once a second",
        "已请求停止：执行它的进程每秒检查一次",
    ),
    "live.deaf": (
        "Its process does not look for requests to stop. End it where it was started",
        "执行它的进程不会检查停止请求，请在启动它的地方结束",
    ),
    "live.stop": ("Stop the run", "停止运行"),
    "live.begun": ("A run has begun", "有新的运行开始"),
    "live.reload": ("Show it", "查看"),
    "live.results": ("Show its results", "查看结果"),
    "live.lost": ("No connection: what is shown may be old", "连接已断开：显示的内容可能已过时"),
    "live.ended.complete": ("The run has ended", "运行已结束"),
    "live.ended.interrupted": ("The run was interrupted", "运行已中断"),
    "live.ended.stopped": (
        "The run stopped after a case that did not pass",
        "运行在一个用例未通过后停止",
    ),
    "live.ended.timed_out": ("The run took too long and was stopped", "运行超时，已停止"),
    "live.counts": (
        "{passed} passed, {failed} failed, {error:error|errors}, {skipped} skipped",
        "通过 {passed}，失败 {failed}，错误 {error}，跳过 {skipped}",
    ),
    "notice.409": ("This cannot be done now", "当前无法执行此操作"),
}

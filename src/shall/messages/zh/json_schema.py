"""What the library of JSON Schema says is wrong with a value, in Chinese."""

ERRORS: dict[str, str] = {
    "{value} is not of type {type}": "{value} 的类型不是 {type}",
    "{value} is not of types {types}": "{value} 的类型不是以下任何一种：{types}",
    "{value} is not one of {values}": "{value} 不在允许的取值中：{values}",
    "{value} was expected": "应为 {value}",
    "{value} is not a {format}": "{value} 不符合格式 {format}",
    "{value} does not match {pattern}": "{value} 与 {pattern} 不匹配",
    "{value} is shorter than {limit} character": "{value} 少于 {limit} 个字符",
    "{value} is shorter than {limit} characters": "{value} 少于 {limit} 个字符",
    "{value} is longer than {limit} character": "{value} 超过 {limit} 个字符",
    "{value} is longer than {limit} characters": "{value} 超过 {limit} 个字符",
    "{value} is less than the minimum of {limit}": "{value} 小于最小值 {limit}",
    "{value} is greater than the maximum of {limit}": "{value} 大于最大值 {limit}",
    "{value} is less than or equal to the minimum of {limit}": "{value} 应大于 {limit}",
    "{value} is greater than or equal to the maximum of {limit}": "{value} 应小于 {limit}",
    "{value} is not a multiple of {divisor}": "{value} 不是 {divisor} 的倍数",
    "{name} is a required property": "缺少必需的字段 {name}",
    "False schema does not allow {value}": "schema 为 false，不允许 {value}",
    "Additional properties are not allowed ({names} was unexpected)": "不允许其他字段：{names}",
    "Additional properties are not allowed ({names} were unexpected)": "不允许其他字段：{names}",
    "Unevaluated properties are not allowed ({names} was unexpected)": "不允许其他字段：{names}",
    "Unevaluated properties are not allowed ({names} were unexpected)": "不允许其他字段：{names}",
    "Additional items are not allowed ({values} was unexpected)": "不允许其他元素：{values}",
    "Additional items are not allowed ({values} were unexpected)": "不允许其他元素：{values}",
    "Unevaluated items are not allowed ({values} was unexpected)": "不允许其他元素：{values}",
    "Unevaluated items are not allowed ({values} were unexpected)": "不允许其他元素：{values}",
    "{value} has less than {limit} property": "{value} 的字段少于 {limit} 个",
    "{value} has less than {limit} properties": "{value} 的字段少于 {limit} 个",
    "{value} has more than {limit} property": "{value} 的字段多于 {limit} 个",
    "{value} has more than {limit} properties": "{value} 的字段多于 {limit} 个",
    "{value} has less than {limit} item": "{value} 的元素少于 {limit} 个",
    "{value} has less than {limit} items": "{value} 的元素少于 {limit} 个",
    "{value} has more than {limit} item": "{value} 的元素多于 {limit} 个",
    "{value} has more than {limit} items": "{value} 的元素多于 {limit} 个",
    "{value} has non-unique elements": "{value} 含有重复的元素",
    "None of {value} are valid under the given schema": (
        "{value} 中符合给定 schema 的元素个数不符合要求"
    ),
    "{value} is not valid under any of the schemas listed in the '{keyword}' keyword": (
        "{value} 不符合 {keyword} 中的任何一个 schema"
    ),
    "{value} is valid under more than one of the schemas listed in the 'oneOf' keyword": (
        "{value} 符合 oneOf 中的多个 schema"
    ),
    "{schema} is not allowed for {value}": "{value} 不得符合 schema {schema}",
    "{value} is not compliant with {type} media type": "{value} 不是媒体类型为 {type} 的内容",
    "{value} is not compliant with {encoding} content encoding": "{value} 不是 {encoding} 编码",
}

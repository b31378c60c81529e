"""Comments at tests in JavaScript, Go, Rust, Java, Kotlin, C# and Ruby."""

from collections.abc import Mapping

import pytest

from shall.specs.junit import ReportedTest
from shall.specs.other_comments import read_comments, read_other_marks

TESTS: Mapping[str, tuple[str, list[tuple[str, str]]]] = {
    "src/login.test.ts": (
        """\
// Validates: Requirements 9.9

import { it } from "vitest";

describe("Login", () => {
  // Feature: auth, Property 1
  // Validates: Requirements 1.1, 1.2
  it("refuses a wrong password", async () => {});

  describe('after three attempts', () => {
    it.concurrent(
      "locks the user's account",
      () => {
        // verifies: auth#1.3
        expect(1).toBe(1);
        // Validates: Requirements 9.8
      },
    );
  });
  /**
   * 验证需求：auth#1.4
   */
  test('isn\\'t case-sensitive', () => {}); // Validates: auth#1.5
});
""",
        [
            ("auth#1.1", "Login > refuses a wrong password"),
            ("auth#1.2", "Login > refuses a wrong password"),
            ("auth#1.3", "Login > after three attempts > locks the user's account"),
            ("auth#1.4", "Login > isn't case-sensitive"),
            ("auth#1.5", "Login > isn't case-sensitive"),
            ("line 1", "This line belongs to no test"),
            ("line 16", "This line belongs to no test"),
        ],
    ),
    "login/login_test.go": (
        """\
// verifies: auth#1.1
func TestRefuses(t *testing.T) {
\t// verifies: auth#1.2
\tcheck(t)
}

// Validates: auth#1.3
func helper() {}
""",
        [
            ("auth#1.1", "TestRefuses"),
            ("auth#1.2", "TestRefuses"),
            ("line 7", "This line belongs to no test"),
        ],
    ),
    "src/auth.rs": (
        """\
    /// Validates: auth#1.1
    #[tokio::test]
    #[should_panic]
    async fn refuses() {}

    // Validates: auth#1.2
    fn helper() {}
""",
        [("auth#1.1", "refuses"), ("line 6", "This line belongs to no test")],
    ),
    "src/test/java/LoginTest.java": (
        """\
    // Validates: auth#1.1
    @Test
    @DisplayName("Refuses a wrong password")
    void refuses() {}

    @ParameterizedTest // Validates: auth#1.2
    @ValueSource(ints = {1, 2})
    void locks(int attempts) {
        // Validates: auth#1.3
    }

    // Validates: auth#1.4
    private void helper() {}
""",
        [
            ("auth#1.1", "refuses"),
            ("auth#1.3", "locks"),
            ("line 6", "This line belongs to no test"),
            ("line 12", "This line belongs to no test"),
        ],
    ),
    "src/test/kotlin/LoginTest.kt": (
        "  // Validates: auth#1.1\n  @Test\n  fun `refuses a wrong password`() {}\n",
        [("auth#1.1", "refuses a wrong password")],
    ),
    "tests/LoginTests.cs": (
        """\
    // Validates: auth#1.1
    [Fact]
    public async Task Refuses()
    {
        // Validates: auth#1.2
    }
    [Theory, InlineData(1)] public void Locks(int n) {} // Validates: auth#1.3
""",
        [("auth#1.1", "Refuses"), ("auth#1.2", "Refuses"), ("auth#1.3", "Locks")],
    ),
    "spec/login_spec.rb": (
        """\
RSpec.describe Login do
  # Validates: auth#1.1
  it "refuses a wrong password" do
  end
end
""",
        [("auth#1.1", "Login > refuses a wrong password")],
    ),
}


@pytest.mark.verifies("tracing#7.16", "tracing#7.17")
@pytest.mark.parametrize("file", TESTS)
def test_a_comment_belongs_to_the_test_below_it_or_around_it(file: str) -> None:
    text, expected = TESTS[file]
    found = read_other_marks(text, file)
    links = [(it.criterion, it.source.removeprefix(f"{file}::")) for it in found.links]
    problems = [
        (f"line {it.span.line}", it.message.partition(",")[0]) for it in found.problems if it.span
    ]
    assert links + problems == expected


@pytest.mark.verifies("tracing#7.17")
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.test.ts", "// Validates: a#1\nit(`adds ${n}`, () => {});\n"),
        ("a.test.ts", "// Validates: a#1\nit.each([1, 2])('adds %i', () => {});\n"),
        ("a.test.ts", "// Validates: a#1\nit('adds ' + n, () => {});\n"),
        ("a.test.ts", "describe(name, () => {\n  // Validates: a#1\n  it('adds', f);\n});\n"),
        ("a.test.ts", "// Validates: a#1\nit('adds', f);\nit('adds', g);\n"),
        ("a.test.ts", "it('adds', () => {\n  add();\n  // Validates: a#1\n});\nit('b', g);\n"),
        ("a.test.ts", "/*\n// Validates: a#1\nit('adds', f);\n*/\n"),
        ("a.test.ts", "// Validates: a#1\nbeforeEach(() => {});\nit('adds', f);\n"),
        ("a_spec.rb", '# Validates: a#1\nit "adds #{n}" do\n'),
        ("ATest.java", "// Validates: a#1\nvoid helper() {}\n@Test\nvoid adds() {}\n"),
    ],
)
def test_a_comment_that_is_surely_at_no_test_links_nothing_and_is_reported(
    file: str, text: str
) -> None:
    found = read_other_marks(text, file)
    assert [it.code for it in found.problems] == ["link.unread-mention"]
    assert not found.links


@pytest.mark.verifies("tracing#7.16")
def test_files_that_are_no_tests_and_text_that_names_nothing_are_not_read() -> None:
    assert not read_comments("// Validates: a#1\nit('adds', f);\n", "src/login.ts").tests
    assert not read_other_marks("// Validates the address\nit('adds', f);\n", "a.test.ts").links


@pytest.mark.verifies("tracing#7.16")
@pytest.mark.parametrize(
    ("file", "text", "classname", "name", "sets"),
    [
        ("a.test.ts", "describe('A', () => {\n  it('b c', f)", "a.test.ts", "A > b c", [None]),
        ("a.test.ts", "describe('A', () => {\n  it('b c', f)", "A b c", "A b c", [None]),
        ("a.test.ts", "describe('A', () => {\n  it('b c', f)", "A", "b c", [None]),
        ("a.test.ts", "describe('A', () => {\n  it('b c', f)", "a.test.ts", "A › b c", [None]),
        ("a.test.ts", "describe('A', () => {\n  it('b c', f)", "B", "b c", []),
        ("a.test.ts", "it('b c', f)", "a.test.ts", "a b c", []),
        ("a_test.go", "func TestA(t *testing.T) {", "a", "TestA", [None]),
        ("a_test.go", "func TestA(t *testing.T) {", "a", "TestA/b", []),
        ("a_test.go", "func TestA(t *testing.T) {", "a", "TestAB", []),
        ("ATest.java", "@Test void b(int c) {", "x.ATest", "b(int)[1]", ["(int)[1]"]),
        ("ATest.java", "@Test void b() {", "x.ATest", "b()", [None]),
        ("ATest.java", '@Test @DisplayName("B c") void b() {', "x.ATest", "B c", [None]),
        ("ATests.cs", "[Fact] public void B() {", "x.ATests", "x.ATests.B", [None]),
        ("src/a.rs", "#[test] fn b() {", "crate", "a::tests::b", [None]),
        ("a_spec.rb", "describe A do\n  it 'b' do", "spec.a_spec", "A b", [None]),
    ],
)
def test_a_reported_test_is_known_by_its_whole_name(
    file: str, text: str, classname: str, name: str, sets: list[str | None]
) -> None:
    [test] = read_comments(text, file).tests
    assert list(test.sets_of(ReportedTest(classname, name, "passed"))) == sets

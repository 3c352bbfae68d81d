//! The dialect as tables: what each expression takes and refuses, and what is no expression.

mod corpus;
mod oracle;

use super::{Finding, Regex};

fn regex(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{text:?}: {error:?}")).0
}

/// Expression, texts that it takes, texts that it refuses.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

fn check(cases: &[Case]) {
    for (pattern, taken, refused) in cases {
        let regex = regex(pattern);
        for text in *taken {
            assert!(regex.matches(text), "{pattern:?} should take {text:?}");
        }
        for text in *refused {
            assert!(!regex.matches(text), "{pattern:?} should refuse {text:?}");
        }
    }
}

#[test]
fn characters_branches_and_groups() {
    check(&[
        ("", &[""], &["a", " "]),
        ("abc", &["abc"], &["", "ab", "abcd", "xabc", "ABC"]),
        ("a|bc|", &["a", "bc", ""], &["ab", "c", "abc"]),
        ("|a", &["", "a"], &["|a"]),
        ("x(a|b)y", &["xay", "xby"], &["xy", "xaby", "x(a|b)y"]),
        ("()", &[""], &["()"]),
        ("(a(b(c|d)|e)|f)g", &["abcg", "abdg", "aeg", "fg"], &["abg", "ag", "g"]),
        ("ü☃𝄞", &["ü☃𝄞"], &["u☃𝄞", "ü☃"]),
        ("a b\tc", &["a b\tc"], &["ab\tc"]),
        ("#\"'&<>=!,:;@~`%/_-", &["#\"'&<>=!,:;@~`%/_-"], &[]),
    ]);
}

#[test]
fn the_whole_text_is_matched_and_anchors_are_characters() {
    check(&[
        ("b", &["b"], &["abc", "ab", "bc", "b\n"]),
        ("^a$", &["^a$"], &["a"]),
        ("$0$.*", &["$0$secret"], &["0secret"]),
        ("a^b$c", &["a^b$c"], &["abc"]),
    ]);
}

#[test]
fn quantifiers() {
    check(&[
        ("a?", &["", "a"], &["aa"]),
        ("a*", &["", "a", "aaaa"], &["b", "aab"]),
        ("a+", &["a", "aaaa"], &["", "ab"]),
        ("a{3}", &["aaa"], &["aa", "aaaa"]),
        ("a{03}", &["aaa"], &["aa"]),
        ("a{2,}", &["aa", "aaaaa"], &["", "a"]),
        ("a{0,}", &["", "aa"], &["b"]),
        ("a{2,4}", &["aa", "aaa", "aaaa"], &["a", "aaaaa"]),
        ("a{0}b{0,0}", &[""], &["a", "b"]),
        ("(ab){1,2}", &["ab", "abab"], &["", "aba", "ababab"]),
        ("(a|b*)*c", &["c", "abbac"], &["", "ab"]),
        ("(a?){3}", &["", "a", "aaa"], &["aaaa"]),
        ("(a*){2,5}", &["", "aaaaaaaa"], &["b"]),
        ("(a?){3,}b", &["b", "aaaab"], &["a"]),
        ("(a*){0,3}(b+){0,2}(c+)*", &["", "aaaabbbccc"], &["ba", "ca"]),
        ("((a?b?){2}){2}", &["", "ab", "ba", "abababab", "bbbb"], &["ababababa", "bbbbb"]),
        ("(a{2}){3}", &["aaaaaa"], &["aaaaa", "aaaaaaa"]),
    ]);
}

/// Large enough for a counter instead of copies.
#[test]
fn counted_repeats_count() {
    let long = |text: &str, times: usize| text.repeat(times);
    for (pattern, unit, least, most) in [
        (".{1,255}", "ü", 1_usize, 255),
        ("[a-z]{40}", "q", 40, 40),
        ("[a-z]{40,}", "q", 40, 300),
        ("(ab|ba){20,30}", "abba", 10, 15),
        ("x?([0-9a-f]{2}){3,130}", "0f", 3, 130),
        ("(([ab]{1,100}c){2,3}){1,2}", "ac", 2, 6),
        ("([0-9]{2}(:[0-9]{2}){0,254}){1}", "00", 1, 1),
    ] {
        let regex = regex(pattern);
        for times in [0, 1, least.saturating_sub(1), least, least + 1, most - 1, most, most + 1, most + 300] {
            let wanted = (least..=most).contains(&times) || (pattern.ends_with(",}") && times > most);
            assert_eq!(regex.matches(&long(unit, times)), wanted, "{pattern:?} on {times} times {unit:?}");
        }
    }
    // several values of a counter at once
    let regex = regex("a*[ab]{50,60}b");
    for (a, b, wanted) in
        [(0, 51, true), (0, 50, false), (49, 1, false), (50, 1, true), (99, 60, true), (99, 62, false)]
    {
        assert_eq!(regex.matches(&(long("a", a) + &long("b", b))), wanted, "{a} a, {b} b");
    }
    // what is left behind the loop belongs to no copy of it
    check(&[("[a-c]{2,70}(c|d{1,90}e)+f", &["aacf", "abdddecdef", "ccdecf"], &["acf", "aadf", "aaddcf"])]);
}

#[test]
fn classes() {
    check(&[
        ("[abc]", &["a", "c"], &["", "d", "ab"]),
        ("[a-c0-2_]+", &["ab12_"], &["-", "3"]),
        ("[^a-c]", &["d", "\n", "☃"], &["a", "b", ""]),
        ("[-a]", &["-", "a"], &["b"]),
        ("[a-]", &["-", "a"], &["b"]),
        ("[^-a]", &["b"], &["-", "a"]),
        ("[-]", &["-"], &["a"]),
        ("[a^]", &["^", "a"], &["b"]),
        ("[^^]", &["a"], &["^"]),
        ("[.*+?(){}|$]+", &[".*+?(){}|$"], &["a"]),
        (r"[\[\]\\\-\^]+", &[r"[]\-^"], &["a"]),
        (r"[\n\r\t]+", &["\n\r\t"], &["n", "\\"]),
        (r"[+-\-]", &["+", ",", "-"], &["."]),
        (r"[ -@\[-\^_-~]*", &["", "z", "[", "^"], &["A", "Z", "\t"]),
        (r"[\d\s]+", &["1 2"], &["a"]),
        ("[ä-ü☃]", &["ö", "☃"], &["a"]),
    ]);
}

#[test]
fn subtraction() {
    check(&[
        ("[a-z-[aeiou]]+", &["xyz"], &["xaz", "-", "["]),
        ("[a-z-[aeiou-[e]]]+", &["xez"], &["a", "o"]),
        ("[^a-c-[x]]", &["d", "-"], &["a", "x"]),
        ("[a-z-[^aeiou]]+", &["aeiou"], &["b"]),
        (r"[\i-[:]][\c-[:]]*", &["a-b.c", "_1"], &["a:b", "1a", ""]),
        (r"[\w-[\d]]+", &["abc"], &["a1"]),
        ("[+--[,]]", &["+", "-"], &[",", "."]),
        ("[a-[a]]|b", &["b"], &["a", ""]),
    ]);
}

#[test]
fn escapes_of_sets() {
    check(&[
        (".", &["a", "\t", "☃", "\u{2028}"], &["\n", "\r", ""]),
        (r"\s+", &[" \t\n\r"], &["\u{a0}", "\u{2003}", "\u{b}"]),
        (r"\S", &["a", "\u{a0}"], &[" ", "\n"]),
        (r"\d+", &["09", "٣", "७"], &["a", "½", "²"]),
        (r"\D", &["a", "²"], &["1", "٣"]),
        (r"\w+", &["aZ9", "$+<", "é"], &["_", "-", " ", ".", "\u{0}"]),
        (r"\W", &["_", " ", "!"], &["a", "$"]),
        (r"\i", &["a", "_", ":", "É", "中"], &["-", ".", "1", " "]),
        (r"\I", &["1", "-"], &["a", ":"]),
        (r"\c+", &["a-1.b:c", "·"], &[" ", "/"]),
        (r"\C", &[" ", "/"], &["a", "-"]),
    ]);
}

#[test]
fn single_character_escapes() {
    check(&[(r"\n\r\t\\\|\.\?\*\+\(\)\{\}\-\[\]\^", &["\n\r\t\\|.?*+(){}-[]^"], &["n"])]);
}

#[test]
fn categories_and_blocks() {
    check(&[
        (r"\p{Lu}\p{Ll}+", &["Ab", "Éé"], &["ab", "A"]),
        (r"\p{L}", &["a", "中", "ª"], &["1", "_"]),
        (r"\P{L}", &["1", "-"], &["a"]),
        (r"[\p{N}\p{L}]+", &["a1", "½"], &["%"]),
        (r"[^\p{L}]", &["1"], &["a"]),
        (r"[\P{L}a]+", &["1a"], &["b"]),
        (r"\p{Sc}", &["$", "€"], &["a"]),
        (r"\p{Co}", &["\u{e000}", "\u{10fffd}"], &["a"]),
        (r"\p{Cn}", &["\u{378}", "\u{10ffff}"], &["a"]),
        (r"\p{IsBasicLatin}+", &["a~\u{7f}"], &["\u{80}"]),
        (r"\P{IsBasicLatin}", &["\u{80}"], &["a"]),
        (r"\p{IsGreek}", &["α"], &["a"]),
        (r"[\p{IsLatin-1Supplement}-[é]]", &["è"], &["é", "e"]),
        (r"\p{IsCombiningMarksforSymbols}", &["\u{20d0}"], &["a"]),
        (r"\p{IsPrivateUse}", &["\u{e000}", "\u{f0000}"], &["a"]),
    ]);
}

/// Expression, the part that the warning is about, a word of it; what it takes all the same.
#[test]
fn what_is_doubtful_is_told_and_taken() {
    for (pattern, part, word, taken) in [
        (r"a\/b", r"\/", "no escape", "a/b"),
        (r"[\_]", r"\_", "no escape", "_"),
        (r"[\w-.]", "-", "middle", "-"),
        ("[a-z-9]", "-", "middle", "-"),
        ("[+--]", "-", "end of a range", ","),
        ("a}", "}", "escaped", "a}"),
        ("{a", "{", "escaped", "{a"),
        ("^a$", "^a$", "no anchors", "^a$"),
        ("(^ab)", "^", "no anchor", "^ab"),
        ("(ab$)", "$", "no anchor", "ab$"),
    ] {
        let (regex, warnings) = Regex::new(pattern).unwrap();
        assert!(regex.matches(taken), "{pattern:?} should take {taken:?}");
        let [Finding { at, message, .. }] = warnings.as_slice() else { panic!("{pattern:?}: {warnings:?}") };
        assert!(message.contains(word), "{pattern:?}: {message}");
        assert_eq!(pattern.get(at.clone()), Some(part), "{pattern:?}: {message}");
    }
    for clean in ["[a-z-]", "[-a-z]", "[+--[,]]", r"\^a", "[$]", "$0$.*", r"[0-9a-fA-F:\.]*", "(rounds=[0-9]+$)?x"] {
        assert_eq!(Regex::new(clean).unwrap().1, [], "{clean:?}");
    }
}

/// Expression, the part that is wrong, a word of the message or help.
#[test]
fn what_the_dialect_does_not_have_is_refused() {
    for (pattern, part, word) in [
        ("a+?", "+?", "lazy"),
        ("a??", "??", "lazy"),
        ("a**", "**", "quantifier"),
        ("a{2}{3}", "{2}{3}", "quantifier"),
        ("a{1,2}+", "{1,2}+", "possessive"),
        ("*a", "*", "nothing"),
        ("x|+", "+", "nothing"),
        ("(?:a)", "(?", "group"),
        ("a(?=b)", "(?", "look-around"),
        ("{2}", "{2}", "nothing"),
        ("a{,3}", "{", "`{0,…}`"),
        ("a{2", "{", "number"),
        ("a{x}", "{", "number"),
        ("a{ 1}", "{", "number"),
        ("a{3,2}", "{3,2}", "larger"),
        ("a{65536}", "{65536}", "65535"),
        ("a{1000000,}", "{1000000,}", "65535"),
        ("a{99999999999999999999}", "{99999999999999999999}", "65535"),
        ("(a", "(", "never closed"),
        ("a)b", ")", "no group"),
        ("[a", "[", "never closed"),
        ("[a-", "[", "never closed"),
        ("a]", "]", "no class"),
        ("[]", "[]", "no characters"),
        ("[^]", "[^]", "no characters"),
        ("[[]", "[", r"\["),
        ("[z-a]", "z-a", "larger"),
        ("[a--b]", "a--", "larger"),
        (r"[a-\d]", r"a-\d", "set"),
        ("[-[a]]", "-", "subtract"),
        ("[a-[b]c]", "c", "ends"),
        (r"\b", r"\b", "whole text"),
        (r"(a)\1", r"\1", "references"),
        (r"\x41", r"\x", "itself"),
        (r"\e", r"\e", "no escape"),
        ("\\", "\\", "nothing follows"),
        (r"\pL", r"\p", "braces"),
        (r"\p{L", r"\p", "braces"),
        (r"\p{lu}", r"\p{lu}", "`Lu`"),
        (r"\p{Foo}", r"\p{Foo}", "category"),
        (r"\p{Cs}", r"\p{Cs}", "category"),
        (r"\p{IsGrek}", r"\p{IsGrek}", "`IsGreek`"),
        (r"\p{IsHighSurrogates}", r"\p{IsHighSurrogates}", "block"),
    ] {
        let error = Regex::new(pattern).map(|_| ()).expect_err(pattern);
        let words = format!("{} {}", error.message, error.help);
        assert!(words.contains(word), "{pattern:?}: {words}");
        assert_eq!(pattern.get(error.at), Some(part), "{pattern:?}: {words}");
    }
}

#[test]
fn what_is_too_large_is_refused_at_once() {
    for (pattern, word) in [
        ("(".repeat(200) + &")".repeat(200), "deeper than 100"),
        ("(".repeat(60_000), "deeper than 100"),
        ("[a-".repeat(20_000), "deeper than 100"),
        ("a".repeat(70_000), "longer than 65536"),
        ("ab|".repeat(20_000), "over 32768 bytes"),
        ("((((a{1,50}){1,50}){1,50}){1,50})".into(), "over 32768 bytes"),
        ("(".repeat(90) + "a" + &"){2,9}".repeat(90), "over 32768 bytes"),
        ("(".repeat(90) + "a" + &"){9,}".repeat(90), "over 32768 bytes"),
        ("(abcdefghijklmnopqrstuvwxyz){65535}".into(), "over 262144 states"),
        ("[ab]{60}".repeat(200), "more than 128 large repeats"),
        ("a{1,65535}".repeat(6_000), "repeats"),
    ] {
        let error = Regex::new(&pattern).map(|_| ()).expect_err("too large");
        assert!(error.message.contains(word), "{}…: {error:?}", pattern.get(..20).unwrap_or_default());
    }
    // large, but within the limits
    for pattern in
        ["(".repeat(100) + &")".repeat(100), "a{1,65535}".into(), "a".repeat(32_768), r"\p{L}".repeat(13_000)]
    {
        regex(&pattern);
    }
}

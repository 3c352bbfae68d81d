#!/usr/bin/env python3
"""libxml2 (lxml) and our patterns: the same verdict on each expression and each text. One process of each.

usage: check.py               (COMI names our command)

A line for each expression, `ok NAME` or `FAIL NAME: why`. libxml2 validates an element whose type has the pattern; ours
says its verdicts by `comi yang check` of one module with a leaf for each text, whose default the text is: a default that
does not match its type's pattern is an error at its line.

Where we differ, `OURS` has our verdict and why; a difference that is gone must leave it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

from lxml import etree

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType>
<xs:restriction base="xs:string"><xs:pattern value=""/></xs:restriction></xs:simpleType></xs:element></xs:schema>"""

# expression, texts; what is no expression has none
CASES = [
    ("", ["", "a", " "]),
    ("abc", ["abc", "ab", "abcd", "xabc", "ABC", ""]),
    ("a|bc|d", ["a", "bc", "d", "abc", "ad", "b"]),
    ("|a", ["", "a", "|a"]),
    ("x(a|b)y", ["xay", "xby", "xy", "xaby"]),
    ("()", ["", "()"]),
    ("((a|b)(c|d))*", ["", "ac", "acbd", "a", "aca"]),
    ("a?b", ["b", "ab", "aab"]),
    ("a*", ["", "a", "aaaa", "ab"]),
    ("a+b+", ["ab", "aabb", "a", "b", "ba"]),
    ("a{3}", ["aaa", "aa", "aaaa"]),
    ("a{03}", ["aaa", "aa"]),
    ("a{2,}", ["aa", "aaaaa", "a", ""]),
    ("a{2,4}", ["aa", "aaa", "aaaa", "a", "aaaaa"]),
    ("a{0}", ["", "a"]),
    ("a{0,0}b", ["b", "ab"]),
    ("a{0,1}", ["", "a", "aa"]),
    ("(ab){1,2}", ["ab", "abab", "ababab", "aba", ""]),
    ("(a{2}){3}", ["aaaaaa", "aaaaa", "aaaaaaa"]),
    ("(a{1,2}b){2,3}", ["abab", "aabaabab", "ab", "abababab", "aaabab"]),
    ("[a-z]{40,60}", ["q" * 39, "q" * 40, "q" * 60, "q" * 61]),
    (".{1,255}", ["", "x", "ü" * 255, "x" * 256]),
    ("(ab|ba){20,30}c", ["abba" * 10 + "c", "abba" * 15 + "c", "abba" * 9 + "c", "abba" * 16 + "c"]),
    ("a*[ab]{50,60}b", ["a" * 50 + "b", "a" * 49 + "b", "b" * 61, "b" * 62, "a" * 99 + "b" * 61]),
    ("^a$", ["a", "^a$"]),
    ("$0$.*", ["$0$x", "0x"]),
    (".", ["a", "\n", "\r", "\t", "☃", "ab", ""]),
    ("..", ["ab", "𝄞a", "𝄞"]),
    ("[abc]", ["a", "c", "d", "ab", ""]),
    ("[a-c0-2_]", ["a", "2", "_", "3", "-"]),
    ("[^a-c]", ["d", "a", "\n", "☃", ""]),
    ("[-a]", ["-", "a", "b"]),
    ("[a-]", ["-", "a", "b"]),
    ("[^-a]", ["-", "a", "b"]),
    ("[a^]", ["^", "a", "b"]),
    ("[^^]", ["^", "a"]),
    ("[.*+?(){}|$]", [".", "*", "(", "}", "|", "$", "a"]),
    (r"[\[\]\\\-\^]", ["[", "]", "\\", "-", "^", "a"]),
    (r"[+-\-]", ["+", ",", "-", "."]),
    (r"[ -@\[-\^_-~]*", ["a[^", "A", "\t", "~ @"]),
    (r"[\d\s]", ["1", " ", "a"]),
    ("[ä-ü☃]", ["ö", "☃", "a"]),
    ("[a-z-[aeiou]]", ["x", "a", "-", "["]),
    ("[^a-c-[x]]", ["d", "a", "x", "-"]),
    (r"[\w-[\d]]+", ["abc", "a1", ""]),
    (r"[\i-[:]][\c-[:]]*", ["a-b.c", "_1", "a:b", "1a", ":"]),
    (r"\n\r?\t", ["\n\t", "n\t"]),
    (r"\\\|\.\?\*\+\(\)\{\}\-\[\]\^", ["\\|.?*+(){}-[]^", "a"]),
    (r"\.", [".", "a"]),
    (r"\s+", [" \t\n", "\u00a0", "a", "\u2003"]),
    (r"\S", ["a", "\u00a0", " ", "\n"]),
    (r"\d+", ["09", "٣", "a", "½", "²", ""]),
    (r"\D", ["a", "²", "1"]),
    (r"\w+", ["aZ9", "$", "+", "é", "_", "-", " ", "."]),
    (r"\W", ["_", " ", "!", "a", "$"]),
    (r"\i", ["a", "_", ":", "É", "中", "-", ".", "1", " "]),
    (r"\I", ["1", "-", "a", ":"]),
    (r"\c+", ["a-1.b:c", "·", " ", "/"]),
    (r"\C", [" ", "/", "a", "-"]),
    (r"\p{Lu}\p{Ll}+", ["Ab", "Éé", "ab", "A"]),
    (r"\p{L}", ["a", "ж", "ª", "1", "_"]),
    (r"\P{L}", ["1", "-", "a"]),
    (r"[\p{N}\p{L}]+", ["a1", "½", "%"]),
    (r"[^\p{L}]", ["1", "a"]),
    (r"\p{M}", ["\u0301", "a"]),
    (r"\p{Nd}\p{Nl}\p{No}", ["1Ⅷ½", "1½Ⅷ"]),
    (r"\p{P}+", ["!-_(", "a", "$"]),
    (r"\p{Pd}\p{Ps}\p{Pe}", ["-()", "(-)"]),
    (r"\p{Sc}\p{Sm}", ["$+", "+$"]),
    (r"\p{Z}", [" ", "\u00a0", "a"]),
    (r"\p{Co}", ["\ue000", "a"]),
    (r"\p{IsBasicLatin}+", ["a~", "é"]),
    (r"\P{IsBasicLatin}", ["é", "a"]),
    (r"\p{IsGreek}", ["α", "a"]),
    (r"[\p{IsLatin-1Supplement}-[é]]", ["è", "é", "e"]),
    (r"\p{IsCyrillic}", ["ж", "z"]),
    (r"\p{Ll}{2}", ["ab", "a", "aB"]),
    # what YANG's own modules say
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",
     ["2026-11-25T22:00:00Z", "2026-11-25T22:00:00.5+01:00", "2026-11-25 22:00:00Z", "2026-11-25T22:00:00"]),
    (r"(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
     r"(%[\p{N}\p{L}]+)?", ["192.0.2.1", "255.255.255.255%eth0", "256.1.1.1", "1.2.3", "1.2.3.4%", "01.2.3.4"]),
    (r"((:|[0-9a-fA-F]{0,4}):)([0-9a-fA-F]{0,4}:){0,5}((([0-9a-fA-F]{0,4}:)?(:|[0-9a-fA-F]{0,4}))|(((25[0-5]|2[0-4]"
     r"[0-9]|[01]?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])))(%[\p{N}\p{L}]+)?",
     ["2001:db8::1", "::", "::1", "fe80::1%eth0", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "12345::", "1:2", "g::"]),
    (r"((([a-zA-Z0-9_]([a-zA-Z0-9\-_]){0,61})?[a-zA-Z0-9]\.)*([a-zA-Z0-9_]([a-zA-Z0-9\-_]){0,61})?[a-zA-Z0-9]\.?)|\.",
     ["example.com", ".", "a" * 63 + ".org.", "a" * 64 + ".org", "-a.org", "a-.org", "", "_sip._tcp.example"]),
    (r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}", ["00:11:22:aa:bb:CC", "00:11:22:aa:bb", "00:11:22:aa:bb:cc:dd", "0:1:2:3:4:5"]),
    (r"[0-9]*(\.[0-9]*){1,127}", [".", "1.2.3", "1", "1" + ".2" * 127, "1" + ".2" * 128]),
    (r"([0-9a-fA-F]){2}(:([0-9a-fA-F]){2}){0,254}", ["ab", "ab:cd", "ab" + ":cd" * 254, "ab" + ":cd" * 255, "ab:c"]),
    (r".|..|[^xX].*|.[^mM].*|..[^lL].*", ["x", "xm", "xml", "XML", "xmk", "name", ""]),
    # no expressions
    ("a**", None), ("a+?", None), ("a??", None), ("*a", None), ("x|+", None), ("(?:a)", None), ("(?=a)", None),
    ("(a", None), ("a)", None), ("[a", None), ("a]", None), ("[^]", None), ("[]a]", None), ("[[]", None), ("[z-a]", None),
    ("[a--b]", None), (r"[a-\d]", None), ("[a-c-[b]-d]", None), ("a{2", None), ("a{,3}", None), ("a{x}", None),
    ("a{ 1}", None), ("\\", None), (r"\b", None), (r"\e", None), (r"\1", None), (r"\x41", None),
    (r"\p{Foo}", None), (r"\p{lu}", None), (r"\p{Cs}", None), (r"\pL", None), (r"\p{L", None), (r"[a-\-]", None),
]

# where we differ: expression, texts, our verdicts (None: no expression), why XML Schema Part 2 Appendix F is with us
OURS = [
    ("a{2}{3}", None, None, "a piece has one quantifier"),
    ("a{3,2}", None, None, "n is at most m"),
    ("[]", None, None, "a group has a character"),
    ("[-[a]]", None, None, "nothing stands before the subtraction"),
    (r"\p{IsFoo}", None, None, "Unicode has no such block"),
    (r"\u0041", None, None, "there is no such escape"),
    ("[a-z-[aeiou-[e]]]", ["x", "e", "a"], [True, True, False], "what is subtracted is [aeiou] without e"),
    ("[a-z-[^aeiou]]", ["a", "b", "1"], [True, False, False], "what is subtracted is all but vowels"),
    (r"\p{L}", ["中"], [True], "libxml2 has the first and the last ideograph only"),
    (r"[\w-.]", ["-", ".", "a"], [True, True, True], "a hyphen that makes no range is a character, or no expression"),
]


def theirs(pattern, texts):
    """libxml2's verdicts; None: no expression."""
    schema = etree.fromstring(SCHEMA)
    next(schema.iter("{*}pattern")).set("value", pattern)
    try:
        schema = etree.XMLSchema(etree=schema)
    except etree.XMLSchemaParseError:
        return None
    verdicts = []
    for text in texts or []:
        element = etree.Element("a")
        element.text = text
        verdicts.append(schema.validate(element))
    return verdicts


def quote(text):
    """A double-quoted string of YANG; a line break in it would lose the spaces around it."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


def ours(cases):
    """Our verdicts, in the same form, of one run over one module: a line of it each."""
    lines, wanted = ["module patterns {", "yang-version 1.1; namespace urn:patterns; prefix p;"], {}
    for case, (pattern, texts) in enumerate(cases):
        wanted[len(lines) + 1] = (case, None)
        lines.append(f"typedef t{case} {{ type string {{ pattern {quote(pattern)}; }} }}")
        for place, text in enumerate(texts or []):
            wanted[len(lines) + 1] = (case, place)
            lines.append(f"leaf l{case}-{place} {{ type t{case}; default {quote(text)}; }}")
    lines.append("}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "patterns.yang")
        # newline: a carriage return is a character of a pattern or text here
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write("\n".join(lines))
        command = [os.environ["COMI"], "yang", "check", "--format", "json", path]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    verdicts = [[True] * len(texts or []) for _, texts in cases]
    for found in json.loads(run.stdout)["diagnostics"]:
        if found["severity"] != "error":
            continue
        case, place = wanted[found["line"]]
        if place is None:
            verdicts[case] = None
        elif verdicts[case] is not None:
            verdicts[case][place] = False
    return verdicts


def main():
    cases = [(*case, None) for case in CASES] + [(pattern, texts, (wanted, why)) for pattern, texts, wanted, why in OURS]
    pairs = 0
    for (pattern, texts, differs), own in zip(cases, ours([case[:2] for case in cases])):
        name = "patterns/" + re.sub(r"\s", " ", pattern)[:60]
        # no validation by an expression that libxml2 took by mistake: of an unknown block it is an internal error
        other = theirs(pattern, texts)
        pairs += max(len(texts or []), 1)
        wanted = other if differs is None else differs[0]
        if own != wanted:
            print(f"FAIL {name}: libxml2 says {other}, ours {own}, of {texts}", flush=True)
        elif differs is not None and own == other:
            print(f"FAIL {name}: libxml2 says the same now", flush=True)
        else:
            print(f"ok {name}", flush=True)
    if pairs < 200:
        print(f"FAIL patterns: {pairs} verdicts are too few")


if __name__ == "__main__":
    main()

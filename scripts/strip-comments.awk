# SPDX-License-Identifier: MIT
# C without comments, and with empty strings and character constants; lines stay
# lines, and the name in an #include stays.
{
    out = ""
    s = $0
    include = s ~ /^[ \t]*#[ \t]*include/
    while (s != "") {
        if (in_comment) {
            i = index(s, "*/")
            if (!i)
                break
            s = substr(s, i + 2)
            in_comment = 0
            continue
        }
        if (!match(s, /\/\*|\/\/|"|'/)) {
            out = out s
            break
        }
        out = out substr(s, 1, RSTART - 1)
        t = substr(s, RSTART, RLENGTH)
        s = substr(s, RSTART + RLENGTH)
        if (t == "//" && !include)
            break
        if (t == "/*") {
            in_comment = 1
            out = out " "
        } else if (t == "//" || include) {
            out = out t
        } else {
            # To the closing quote, over what is escaped.
            while (s != "" && substr(s, 1, 1) != t)
                s = substr(s, substr(s, 1, 1) == "\\" ? 3 : 2)
            s = substr(s, 2)
            out = out t t
        }
    }
    print out
}

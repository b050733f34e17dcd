# The page checks of scripts/check_docs.sh, which explains them. Input, in this order:
#   input=paths  the paths of all files and directories, one a line
#   input=words  all words of the sources, one a line
#   input=pages  the pages, so that the headings of all are known
#   input=check  the pages once more
# Prints a line for each fault, and "scope PAGE NAME" for each `A::b`, which needs a look into the files.

input == "paths" { exists[$0] = 1; next }
input == "words" { word[$0] = 1; next }

FNR == 1 { check_text(); page = FILENAME; fenced = 0 }
/^ *```/ { fenced = !fenced; next }
fenced { next }

input == "pages" { if ($0 ~ /^#+ /) heading[page "#" unique(slug($0))] = 1; next }

/\.(cpp|hpp|sh|txt|md|sql)(:|#L?)[0-9]/ || /(^|[^A-Za-z])[Ll]ines? [0-9]/ { fault("line " FNR " cites a line number") }
/^ *$/ { check_text(); next }
{ text = text " " $0 }
END { check_text() }

function fault(what) { print page ": " what }

# The anchor of a heading, as GitHub makes it.
function slug(line) {
  sub(/^#+ */, "", line)
  line = tolower(line)
  gsub(/[^a-z0-9 _-]/, "", line)
  gsub(/ /, "-", line)
  return line
}

# Headings of one text in one page: x, x-1, x-2.
function unique(name) {
  seen[page "#" name]++
  return seen[page "#" name] == 1 ? name : name "-" (seen[page "#" name] - 1)
}

# One paragraph: code and links may go over the end of a line.
function check_text(    rest) {
  rest = text
  while (match(rest, /`[^`]+`/)) {
    check_code(substr(rest, RSTART + 1, RLENGTH - 2))
    rest = substr(rest, RSTART + RLENGTH)
  }
  rest = text
  gsub(/`[^`]*`/, "", rest)
  while (match(rest, /\]\([^)]*\)/)) {
    check_link(substr(rest, RSTART + 2, RLENGTH - 3))
    rest = substr(rest, RSTART + RLENGTH)
  }
  text = ""
}

function check_code(cited,    name, first) {
  if (cited ~ /^[A-Za-z0-9_.\/-]+$/ && (cited ~ /\// || cited ~ /\.(cpp|hpp|sh|txt|md|sql|json|yaml)$/)) {
    name = cited
    sub(/\/$/, "", name)
    first = name
    sub(/\/.*/, "", first)
    # Absolute paths and what a build leaves are not in the repository; `zooid/fault` is prose.
    if (first != "" && first != "build" && (first in exists || name ~ /\.[a-z]+$/) && !(name in exists)) {
      fault("`" cited "` is not a file here")
    }
  } else if (cited ~ /^[A-Za-z_][A-Za-z0-9_]*(::~?[A-Za-z_][A-Za-z0-9_]*)*(\(\))?$/) {
    name = cited
    sub(/\(\)$/, "", name)
    first = name
    sub(/.*::~?/, "", first)
    if (first ~ /^[A-Z0-9_]+_FILE$/ && !(first in word)) {
      sub(/_FILE$/, "", first)  # a secret by file: made from the name of the variable
    }
    if (!(first in word)) {
      fault("`" cited "` is not in the sources")
    } else if (name ~ /::/) {
      print "scope " page " " name
    }
  }
}

function check_link(target,    path, anchor, directory) {
  if (target ~ /^[a-z]+:/) {
    return
  }
  path = anchor = target
  sub(/#.*/, "", path)
  if (!sub(/^[^#]*#/, "", anchor)) {
    anchor = ""
  }
  directory = page
  if (!sub(/\/[^\/]*$/, "/", directory)) {
    directory = ""
  }
  path = path == "" ? page : directory path
  while (sub(/[^\/]+\/\.\.\//, "", path)) {
  }
  sub(/\/$/, "", path)
  if (!(path in exists)) {
    fault("links to " target ", which is not a file here")
  } else if (anchor != "" && !(path "#" anchor in heading)) {
    fault("links to " target ", and " path " has no such heading")
  }
}

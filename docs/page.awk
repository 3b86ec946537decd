# Makes a page of what cmark-gfm prints: head, a list of its sections, anchors as in the Markdown
# source, links to .html, wide tables in a frame of their own. -v up=../ for pages in a folder.

# slug TEXT: the anchor that a heading has in Markdown.
function slug(text) {
  gsub(/<[^>]*>/, "", text)
  gsub(/&[a-z]+;/, "", text)
  text = tolower(text)
  gsub(/[^a-z0-9 _-]/, "", text)
  gsub(/ /, "-", text)
  return text
}

function heading(line,    level, text, id) {
  level = substr(line, 3, 1)
  text = substr(line, 5, length(line) - 9)
  id = slug(text)
  if (seen[id]++) id = id "-" (seen[id] - 1)
  if (level == 1 && title == "") title = text
  if (level == 2) sections = sections "<li><a href=\"#" id "\">" text "</a></li>\n"
  many += level == 2
  return "<h" level " id=\"" id "\">" text "</h" level ">"
}

# Links between pages: X.md becomes X.html, README.html is index.html.
function links(line,    out, target) {
  while (match(line, /href="[^"]*"/)) {
    target = substr(line, RSTART + 6, RLENGTH - 7)
    if (target !~ /^[a-z]+:/) {
      sub(/\.md$/, ".html", target)
      sub(/\.md#/, ".html#", target)
      sub(/README\.html/, "index.html", target)
    }
    out = out substr(line, 1, RSTART - 1) "href=\"" target "\""
    line = substr(line, RSTART + RLENGTH)
  }
  return out line
}

/^<h[1-6]>.*<\/h[1-6]>$/ { $0 = heading($0) }
/^<table>/ { $0 = "<div class=\"wide\">" $0 }
/<\/table>$/ { $0 = $0 "</div>" }
{ body[++n] = links($0) }

END {
  plain = title
  gsub(/<[^>]*>/, "", plain)
  print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
  print "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
  print "<title>" plain "</title>\n<link rel=\"stylesheet\" href=\"" up "style.css\">\n</head>"
  print "<body>\n<header><a href=\"" up "index.html\">archsim manual</a></header>\n<main>"
  for (i = 1; i <= n; i++) {
    print body[i]
    if (body[i] ~ /^<h1 / && many > 2) {
      print "<nav aria-label=\"On this page\"><ul>\n" sections "</ul></nav>"
    }
  }
  print "</main>\n</body>\n</html>"
}

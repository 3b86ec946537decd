# Puts new figures into a page, for scripts/bench --write: what file NEW/KEY holds goes between
# "<!-- bench KEY -->" and "<!-- end -->". Of a table only the rows whose first cell is new change;
# of other figures, a text in a fence stays in its fence.

# row LINE: its first cell.
function row(line) {
  split(line, cell, "|")
  return cell[2]
}

function load(key,    line) {
  split("", fresh)
  text = ""
  while ((getline line < (new "/" key)) > 0) {
    text = text line "\n"
    if (line ~ /^\|/) fresh[row(line)] = line
  }
  close(new "/" key)
}

/^<!-- bench .* -->$/ {
  load($3)
  inside = text != ""
  print
  next
}
/^<!-- end -->$/ {
  if (inside && !is_table && !fenced) printf "%s", text
  inside = is_table = fenced = 0
  print
  next
}
!inside { print; next }
/^\|/ {
  is_table = 1
  print (row($0) in fresh) ? fresh[row($0)] : $0
  next
}
/^```/ {
  if (!open) { print; printf "%s", text; fenced = 1 } else print
  open = !open
}

# Puts new figures into a page, for scripts/bench --write: what file NEW/KEY holds goes between
# "<!-- bench KEY -->" and "<!-- end -->". Of a table only the rows whose first cell is in the file
# change, and rows that the page lacks come in; of other figures, a text in a fence stays in its fence.

# row LINE: its first cell.
function row(line) {
  split(line, cell, "|")
  return cell[2]
}

function load(key,    line) {
  split("", fresh)
  split("", order)
  split("", printed)
  rows = next_row = 0
  text = ""
  while ((getline line < (new "/" key)) > 0) {
    text = text line "\n"
    if (line !~ /^\|/) continue
    fresh[row(line)] = line
    order[++rows] = row(line)
  }
  close(new "/" key)
}

# put CELL: its row, and before it those of the file that come before it and are not yet there.
function put(cell) {
  while (next_row < rows && order[next_row + 1] != cell) {
    next_row++
    if (!printed[order[next_row]]++) print fresh[order[next_row]]
  }
  if (cell in fresh && !printed[cell]++) print fresh[cell]
}

/^<!-- bench .* -->$/ {
  load($3)
  inside = text != ""
  print
  next
}
/^<!-- end -->$/ {
  if (inside && is_table) put("")
  if (inside && !is_table && !fenced) printf "%s", text
  inside = is_table = fenced = 0
  print
  next
}
!inside { print; next }
/^\|/ {
  is_table = 1
  if (row($0) in fresh) put(row($0))
  else print
  next
}
/^```/ {
  if (!open) { print; printf "%s", text; fenced = 1 } else print
  open = !open
}

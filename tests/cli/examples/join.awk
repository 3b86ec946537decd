# Puts FOLDER/N.new, where there is one, into the place of block N of a page.
/^```/ {
  print
  inside = !inside
  if (!inside) next
  n++
  file = folder "/" n ".new"
  replaced = 0
  while ((getline line < file) > 0) {
    print line
    replaced = 1
  }
  close(file)
  next
}
!inside || !replaced

# Takes the fenced blocks out of a page of the manual: block N goes to FOLDER/N, and a line
# "N LINE LANGUAGE WORDS" is printed for each. A fence inside a list stays where it is.
/^```/ {
  if (inside) {
    close(file)
    inside = 0
    next
  }
  inside = 1
  n++
  file = folder "/" n
  printf "" > file
  language = substr($0, 4)
  sub(/ .*/, "", language)
  words = substr($0, 4 + length(language))
  sub(/^ +/, "", words)
  print n, FNR, language == "" ? "-" : language, words
  next
}
inside { print > file }

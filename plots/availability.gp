# Availability in nines. $seen, $open (no failure seen): an index a series, columns x, nines, lo, hi.
# $goal: columns from, to, nines.
set lmargin at screen sx(116) # "99.99999 %" beside the title of the axis
if (X_ROTATE) {
  set bmargin at screen sy(H - BELOW)
  set xtics rotate by X_ROTATE right
}
unset xlabel
if (strlen(X_TITLE) > 0) { set xlabel X_TITLE offset 0,0.3 }
if (CATEGORIES) { unset grid; set grid ytics linetype 101 }
plot $goal using 1:3:($2-$1):(0) with vectors nohead lc rgb 'black' dt (8,5) lw 1 title (GOALS > 0 ? 'goal' : ''), \
  for [i=1:name_n] $seen index i-1 using 1:3:(0):($4-$3) with vectors nohead lc rgb color[i] lw 1.6 notitle, \
  for [i=1:name_n] $seen index i-1 using 1:2 with points lc rgb color[i] lw 1.6 pt shape[i] ps 0.9 title (name_n > 1 ? name[i] : ''), \
  for [i=1:name_n] $open index i-1 using 1:2 with points lc rgb color[i] lw 1.8 pt 8 ps 1.3 notitle, \
  for [i=1:name_n] $seen index i-1 using 1:2:((VALUES && $5 == $5) ? value[int($5)] : '') with labels left offset 1,0.4 notitle, \
  for [i=1:name_n] $open index i-1 using 1:2:((VALUES && $5 == $5) ? value[int($5)] : '') with labels left offset 1.2,0 notitle, \
  NaN with points lc rgb 'black' lw 1.6 pt 8 ps 1.2 title (OPEN > 0 ? 'no failure seen: at least' : '')

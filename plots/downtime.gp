# Time lost. $lost: an index a cause, columns row, from, to. $budget: columns row, time that its goal
# allows.
unset grid
set grid xtics linetype 101
set border 1
set lmargin at screen sx(LEFT)
set bmargin at screen sy(H - 52)
set xrange [0:x_hi]
set yrange [row_n + 0.5:0.5]
set xtics (x_label[1] x_at[1])
do for [i=2:x_at_n] { set xtics add (x_label[i] x_at[i]) }
set ytics scale 0 (row[1] 1)
do for [i=2:row_n] { set ytics add (row[i] i) }
set xlabel X_TITLE offset 0,0.3
plot for [i=1:name_n] $lost index i-1 using 2:1:2:3:($1-0.3):($1+0.3) with boxxyerror lc rgb color[i] title name[i], \
  $budget using 2:($1-0.42):(0):(0.84) with vectors nohead lc rgb 'black' lw 2.5 title (BUDGETS ? 'goal' : '')

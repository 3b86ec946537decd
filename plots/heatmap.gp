# A metric over two parameters. $cell: columns x, y, colour 0..1, number of its text. $edge: x, y, dx,
# dy of the border between where the goal is met and where it is not.
unset key
unset grid
set border 0
set xrange [0.5:x_label_n + 0.5]
set yrange [0.5:y_label_n + 0.5]
set xtics scale 0 (x_label[1] 1)
set ytics scale 0 (y_label[1] 1)
do for [i=2:x_label_n] { set xtics add (x_label[i] i) }
do for [i=2:y_label_n] { set ytics add (y_label[i] i) }
if (X_ROTATE) {
  set bmargin at screen sy(H - 96)
  set xtics rotate by 30 right
}
set lmargin at screen sx(LEFT)
set xlabel X_TITLE offset 0,0.3
set label 1003 Y_TITLE at screen sx(20), graph 0.5 center rotate by 90
# viridis, by Smith and van der Walt
set palette defined (0 '#440154', 0.125 '#472d7b', 0.25 '#3b528b', 0.375 '#2c728e', 0.5 '#21918c', \
  0.625 '#28ae80', 0.75 '#5ec962', 0.875 '#addc30', 1 '#fde725')
unset colorbox
set cbrange [0:1]
set style fill solid 1 noborder
plot $cell using 1:2:($1-0.49):($1+0.49):($2-0.48):($2+0.48):3 with boxxyerror fillcolor palette, \
  $edge using 1:2:3:4 with vectors nohead lc rgb '#ffffff' lw 5, \
  $edge using 1:2:3:4 with vectors nohead lc rgb '#d55e00' lw 2.5, \
  $cell using 1:2:(($3 < 0.43) ? value[int($4)] : '') with labels textcolor rgb '#ffffff' font sprintf(',%d', FONT), \
  $cell using 1:2:(($3 >= 0.43) ? value[int($4)] : '') with labels textcolor rgb '#010101' font sprintf(',%d', FONT), \
  $missing using 1:2:('?') with labels textcolor rgb muted

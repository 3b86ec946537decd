# A metric over two parameters. $cell: columns x, y, colour 0..1, number of its text. $missing: x, y, 1 where the value is endless.
# $dot: x, y, colour of the cell below. $edge: x, y, dx, dy of the border between where the goal is met
# and where it is not. DENSE: too many cells for texts; a scale shows what the colours mean.
unset key
unset grid
set border 0
set xrange [0.5:x_label_n + 0.5]
set yrange [0.5:y_label_n + 0.5]
set xtics scale 0 (x_label[1] 1)
set ytics scale 0 (y_label[1] 1)
do for [i=2:x_label_n] { if (x_label[i] ne '') { set xtics add (x_label[i] i) } }
do for [i=2:y_label_n] { if (y_label[i] ne '') { set ytics add (y_label[i] i) } }
bottom = H - 52
if (X_ROTATE) {
  bottom = H - 96
  set bmargin at screen sy(bottom)
  set xtics rotate by 30 right
}
set lmargin at screen sx(LEFT)
set rmargin at screen sx(W - RIGHT)
set xlabel X_TITLE offset 0,0.3
set label 1003 Y_TITLE at screen sx(20), graph 0.5 center rotate by 90
# viridis, by Smith and van der Walt
set palette defined (0 '#440154', 0.125 '#472d7b', 0.25 '#3b528b', 0.375 '#2c728e', 0.5 '#21918c', \
  0.625 '#28ae80', 0.75 '#5ec962', 0.875 '#addc30', 1 '#fde725')
set cbrange [0:1]
set style fill solid 1 noborder
unset colorbox
gap = 0.02
if (DENSE) {
  gap = 0
  set colorbox vertical user origin screen sx(W - RIGHT + 16), screen sy(bottom) size screen 16.0 / W, screen (bottom - top) / real(H) noborder
  set cbtics scale 0 (scale_label[1] scale_at[1])
  do for [i=2:scale_at_n] { set cbtics add (scale_label[i] scale_at[i]) }
}
light(c) = c < 0.43 # text on it is white; neither is true of NaN
dark(c) = c >= 0.43
plot $cell using 1:2:($1-0.5+gap/2):($1+0.5-gap/2):($2-0.5+gap):($2+0.5-gap):3 with boxxyerror fillcolor palette, \
  $missing using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5) with boxxyerror fillcolor rgb (DENSE ? '#999999' : '#ff999999'), \
  $edge using 1:2:3:4 with vectors nohead lc rgb '#ffffff' lw 5, \
  $edge using 1:2:3:4 with vectors nohead lc rgb '#d55e00' lw 2.5, \
  $dot using (light($3) ? $1 : NaN):2 with points pt 7 ps 0.15 lc rgb '#ffffff', \
  $dot using (dark($3) ? $1 : NaN):2 with points pt 7 ps 0.15 lc rgb '#010101', \
  $cell using 1:2:((!DENSE && light($3)) ? value[int($4)] : '') with labels textcolor rgb '#ffffff' font sprintf(',%d', FONT), \
  $cell using 1:2:((!DENSE && dark($3)) ? value[int($4)] : '') with labels textcolor rgb '#010101' font sprintf(',%d', FONT), \
  $missing using 1:2:(DENSE ? '' : $3 > 0 ? 'endless' : '?') with labels textcolor rgb muted

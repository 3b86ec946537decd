# A metric over the parameter of a sweep. $all: all points; $open: ordinary ones; $saturated. Columns:
# x, value, lo, hi. LINES: x is a number, so that points are joined.
if (X_ROTATE) {
  set bmargin at screen sy(H - 108)
  set xtics rotate by 30 right
}
if (!LINES) { unset grid; set grid ytics linetype 101 }
if (GOAL == GOAL) {
  set arrow 200 from x_lo, GOAL to x_hi, GOAL nohead lc rgb 'black' dt (8,5) lw 1 back
  set label 200 GOAL_TEXT at graph 0.01, first GOAL left offset 0,0.6 font ',11' front
}
plot $all using 1:(LINES ? $2 : NaN) with lines lc rgb color[1] lw 1.6 notitle, \
  $open using 1:3:(0):($4-$3) with vectors nohead lc rgb color[1] lw 1.6 notitle, \
  $open using 1:2 with points lc rgb color[1] pt shape[1] ps 0.8 notitle, \
  $saturated using 1:3:(0):($4-$3) with vectors nohead lc rgb color[1] lw 1.6 notitle, \
  $saturated using 1:2 with points lc rgb color[1] lw 1.6 pt 6 ps 0.8 notitle

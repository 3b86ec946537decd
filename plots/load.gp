# Goodput and latency over load, one above the other. $offered: load and what was offered. $good, $late: an
# index a curve, columns load, value, lo, hi. $endless: loads from which on latency is
# endless, $leap: the way there. $limit: an index a curve, loads lo, at, hi: up to there goals are met.
set xrange [x_lo:x_hi]
unset xlabel
set multiplot
do for [p=1:2] {
  y0 = top + 18 + (p == 2 ? PANEL_1 + GAP : 0)
  set tmargin at screen sy(y0)
  set bmargin at screen sy(y0 + (p == 1 ? PANEL_1 : PANEL_2))
  lo = p == 1 ? g_lo : y_lo
  hi = p == 1 ? g_hi : y_hi
  if (p == 2 && y_log) { set logscale y }
  set yrange [lo:hi]
  if (p == 1) {
    set ytics (g_label[1] g_at[1])
    do for [i=2:g_at_n] { set ytics add (g_label[i] g_at[i]) }
  } else {
    set ytics (y_label[1] y_at[1])
    do for [i=2:y_at_n] { if (y_label[i] eq '') { set ytics add ('' y_at[i] 1) } else { set ytics add (y_label[i] y_at[i]) } }
    set xlabel X_TITLE offset 0,0.3
  }
  set xtics ((p == 2 ? x_label[1] : '') x_at[1])
  do for [i=2:x_at_n] { set xtics add ((p == 2 ? x_label[i] : '') x_at[i]) }
  set label 1003 ''.(p == 1 ? G_TITLE : Y_TITLE) at screen sx(16), screen sy(y0 - 13) left font ',13'
  do for [i=1:goal_y_n] {
    if (goal_panel[i] == p) {
      set arrow 200+i from x_lo, goal_y[i] to x_hi, goal_y[i] nohead lc rgb 'black' dt (8,5) lw 1 back
      set label 200+i goal_text[i] at graph 0.01, first goal_y[i] left offset 0,0.6 font ',11' front
    }
  }
  if (KNEE == KNEE) {
    set arrow 300 from KNEE, graph 0 to KNEE, graph 1 nohead lc rgb muted dt (2,3) lw 1.2 back
    if (p == 2) { set label 300 KNEE_TEXT at first KNEE, graph 0.95 right offset -0.8,0 textcolor rgb muted font ',11' front }
  }
  if (p == 1) {
    plot for [i=1:name_n] $limit index i-1 using 2:(hi):(0):(lo-hi) with vectors nohead lc rgb color[i] dt (2,3) lw 1.4 notitle, \
      for [i=1:name_n] $good index i-1 using 1:3:4 with filledcurves lc rgb pale[i] notitle, \
      for [i=1:name_n] $good index i-1 using 1:2 with linespoints lc rgb color[i] dt dash[i] lw 2 pt shape[i] ps 0.6 title name[i], \
      $offered using 1:2 with lines lc rgb muted dt (3,3) lw 1 title OFFERED
    unset key
  } else {
    plot for [i=1:name_n] $limit index i-1 using 2:(hi):(0):(lo-hi) with vectors nohead lc rgb color[i] dt (2,3) lw 1.4 notitle, \
      for [i=1:name_n] $limit index i-1 using 1:(lo):($3-$1):(0) with vectors nohead lc rgb color[i] lw 5 notitle, \
      for [i=1:name_n] $late index i-1 using 1:3:4 with filledcurves lc rgb pale[i] notitle, \
      for [i=1:name_n] $leap index i-1 using 1:2:3:4 with vectors nohead lc rgb color[i] dt (2,3) lw 1.2 notitle, \
      for [i=1:name_n] $late index i-1 using 1:2 with linespoints lc rgb color[i] dt dash[i] lw 2 pt shape[i] ps 0.6 notitle, \
      for [i=1:name_n] $endless index i-1 using 1:(hi) with points lc rgb color[i] pt 9 ps 1 notitle
  }
  do for [i=1:goal_y_n] { unset arrow 200+i; unset label 200+i }
  unset arrow 300
  unset label 300
  unset label 1001
  unset label 1002
}
unset multiplot

# Panels over the same time. $series: an index a curve, columns time and value; panel p has those from
# panel_first[p] to panel_last[p]. The warm-up is grey. Below are lanes: one a fault, in the colour that its
# stretches have in the panels, and one a component, whose events are dotted lines in the panels.
array fault_color[8] = ['#E69F00', '#56B4E9', '#CC79A7', '#009E73', '#D55E00', '#0072B2', '#806600', '#999999']
unset key
set xrange [0:x_hi]
px(t) = 88 + 688.0 * t / x_hi # pixels, as the margins of style.gp
lane_y(i) = LANES_TOP + LANE * (i - 1)
if (WARMUP > 0) { set object 1 rect from first 0, graph 0 to first WARMUP, graph 1 fc rgb '#888888' fs transparent solid 0.18 noborder behind }
do for [i=1:span_from_n] {
  set object 10+i rect from first span_from[i], graph 0 to first span_to[i], graph 1 fc rgb fault_color[span_lane[i]] fs transparent solid 0.22 noborder behind
}
do for [i=1:event_at_n] {
  set arrow 2000+i from first event_at[i], graph 0 to first event_at[i], graph 1 nohead lc rgb muted dt (2,3) lw 1 back
}
set multiplot
do for [i=1:lane_n] {
  set label 3000+i lane[i] at screen sx(88), screen sy(lane_y(i) + 7) left font ',11'
  set arrow 3000+i from screen sx(88), screen sy(lane_y(i) + 20) to screen sx(776), screen sy(lane_y(i) + 20) nohead back lc rgb '#dddddd' lw 1
}
do for [i=1:span_from_n] {
  y = lane_y(span_lane[i])
  set object 4000+i rect from screen sx(px(span_from[i])), screen sy(y + 25) to screen sx(px(span_to[i])), screen sy(y + 15) fc rgb fault_color[span_lane[i]] fs solid 1 noborder
}
do for [i=1:tick_at_n] {
  set label 5000+i tick_text[i] at screen sx(px(tick_at[i])), screen sy(lane_y(tick_lane[i]) + 20) left offset char 0.9,0 font ',11' point pt 11 ps 0.7 lc rgb muted
}
do for [p=1:panel_n] {
  set tmargin at screen sy(panel_top[p])
  set bmargin at screen sy(panel_top[p] + PANEL)
  if (panel_log[p]) {
    set logscale y
    set ytics auto
    set mytics 10
  } else {
    unset logscale y
    unset mytics
    set ytics panel_step[p]
  }
  # A line at the top of its scale (a full queue, a busy server) must not lie on the frame.
  set yrange [panel_lo[p]:panel_hi[p] * (panel_log[p] ? 1 : 1.06)]
  if (p == panel_n) { set format x; set xlabel X_TITLE offset 0,0.3 } else { set format x ''; unset xlabel }
  if (p < panel_n) {
    set xtics ('' x_at[1])
    do for [i=2:x_at_n] { if (x_at[i] <= x_hi * 1.0001) { set xtics add ('' x_at[i]) } }
  } else {
    set xtics (x_label[1] x_at[1])
    do for [i=2:x_at_n] { if (x_at[i] <= x_hi * 1.0001) { set xtics add (x_label[i] x_at[i]) } }
  }
  if (p == 1 && px(WARMUP) - 88 > 60) { set label 1004 'warm-up' at first 0, graph 0.92 left offset char 0.5,0 font ',10' textcolor rgb muted } else { unset label 1004 }
  set label 1003 panel[p] at screen sx(16), screen sy(panel_top[p] - 13) left font ',13'
  do for [k=panel_first[p]:panel_last[p]] {
    c = k - panel_first[p] + 1
    set arrow 500+c from screen sx(key_x[k]), screen sy(panel_top[p] - 12) to screen sx(key_x[k] + 24), screen sy(panel_top[p] - 12) nohead lc rgb color[c] dt dash[c] lw 1.6
    set label 500+c name[k] at screen sx(key_x[k] + 30), screen sy(panel_top[p] - 12) left
  }
  if (panel_goal[p] == panel_goal[p]) {
    set arrow 1 from first 0, first panel_goal[p] to first x_hi, first panel_goal[p] nohead lc rgb 'black' dt (8,5) lw 1 back
    set label 2 panel_goal_text[p] at graph 0.995, first panel_goal[p] right offset 0,0.5 font ',10'
  } else { unset arrow 1; unset label 2 }
  plot for [k=panel_first[p]:panel_last[p]] $series index k-1 using 1:2 with lines lc rgb color[k-panel_first[p]+1] dt dash[k-panel_first[p]+1] lw 1.6
  do for [c=1:6] { unset arrow 500+c; unset label 500+c }
  unset label 1001
  unset label 1002
  do for [i=1:lane_n] { unset label 3000+i; unset arrow 3000+i }
  do for [i=1:span_from_n] { unset object 4000+i }
  do for [i=1:tick_at_n] { unset label 5000+i }
}
unset multiplot

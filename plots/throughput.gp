# Latency over offered load. $all: all points; $open: ordinary ones, interrupted at saturated ones;
# $saturated. Columns: offered load, p50, lo, hi, p99, lo, hi.
do for [i=1:goal_y_n] {
  set arrow 200+i from x_lo, goal_y[i] to x_hi, goal_y[i] nohead lc rgb 'black' dt (8,5) lw 1 back
  set label 200+i goal_text[i] at graph 0.01, first goal_y[i] left offset 0,0.6 font ',11' front
}
if (KNEE == KNEE) {
  set arrow 300 from KNEE, graph 0 to KNEE, graph 1 nohead lc rgb muted dt (2,3) lw 1.2 back
  set label 300 KNEE_TEXT at first KNEE, graph 0.97 right offset -0.8,0 textcolor rgb muted font ',11' front
}
plot for [k=0:1] $open using 1:(column(3+3*k)):(column(4+3*k)) with filledcurves lc rgb pale[k+1] notitle, \
  for [k=0:1] $all using 1:(column(2+3*k)) with lines lc rgb color[k+1] dt (1,4) lw 1 notitle, \
  for [k=0:1] $open using 1:(column(2+3*k)) with linespoints lc rgb color[k+1] dt dash[k+1] lw 2 pt shape[k+1] ps 0.7 title name[k+1], \
  for [k=0:1] $saturated using 1:(column(3+3*k)):(0):(column(4+3*k)-column(3+3*k)) with vectors nohead lc rgb color[k+1] lw 1.2 notitle, \
  for [k=0:1] $saturated using 1:(column(2+3*k)) with points lc rgb color[k+1] lw 1.5 pt (k == 0 ? 6 : 4) ps 0.8 notitle, \
  NaN with points lc rgb 'black' lw 1.5 pt 6 ps 0.8 title (SATURATED > 0 ? name[3] : '')

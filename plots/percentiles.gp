# Latency by percentile. $curve: an index a curve, columns 1/(1-q) and latency. look[i]: number of its colour.
do for [i=1:goal_y_n] {
  set arrow 200+i from x_lo, goal_y[i] to x_hi, goal_y[i] nohead lc rgb 'black' dt (8,5) lw 1 back
  set label 200+i goal_text[i] at graph goal_left[i], first goal_y[i] left offset 0,0.6*goal_up[i] font ',11' front
  set label 220+i '' at goal_x[i], goal_y[i] point pt 11 ps 0.9 lc rgb 'black' front
}
plot for [i=1:name_n] $curve index i-1 using 1:2 with linespoints linecolor rgb color[look[i]] \
  dashtype dash[look[i]] linewidth 2 pointtype shape[look[i]] pointsize 0.5 pointinterval every[i] title name[i]

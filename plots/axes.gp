# Both axes from the arrays x_at, x_label, y_at, y_label; precedes templates of one panel.
if (x_log) set logscale x
if (y_log) set logscale y
set xrange [x_lo:x_hi]
set yrange [y_lo:y_hi]
set xtics (x_label[1] x_at[1])
set ytics (y_label[1] y_at[1])
do for [i=2:x_at_n] { if (x_label[i] eq '') { set xtics add ('' x_at[i] 1) } else { set xtics add (x_label[i] x_at[i]) } }
do for [i=2:y_at_n] { if (y_label[i] eq '') { set ytics add ('' y_at[i] 1) } else { set ytics add (y_label[i] y_at[i]) } }
set xlabel X_TITLE offset 0,0.3
set label 1003 Y_TITLE at screen sx(20), graph 0.5 center rotate by 90

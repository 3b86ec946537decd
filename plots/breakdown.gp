# Where the time goes. $part: an index a kind of part, columns row, from, to (shares of 1).
# Two panels: by part (rows 1..N_PART) and by component.
unset key
unset grid
set border 0
set xrange [0:1]
set style fill solid 1 noborder
# Thin gaps instead of lines: they have the colour of the page.
begin(a, b) = a + (b - a > 0.004 ? 0.001 : 0)
end(a, b) = b - (b - a > 0.004 ? 0.001 : 0)
set rmargin at screen sx(W - 96)
set lmargin at screen sx(88)
unset xtics
set multiplot
rows = row_n
do for [panel=1:2] {
  if (panel == 1 || component_n > 0) {
    y0 = panel == 1 ? 88 + 20 * part_rows : 88 + 20 * part_rows + 30 * rows + 44 + 20 * component_rows
    set tmargin at screen sy(y0)
    set bmargin at screen sy(y0 + 30 * rows)
    set yrange [rows + 0.5:0.5]
    set ytics scale 0 (row[1] 1)
    do for [i=2:rows] { set ytics add (row[i] i) }
    set label 1 ''.(panel == 1 ? 'by part of the path' : 'by component') at screen sx(16), screen sy(y0 - 14 - 20 * (panel == 1 ? part_rows : component_rows)) left font ',13'
    do for [i=1:rows] { set label 10+i total[i] at graph 1.015, first i left }
    n = panel == 1 ? part_n : component_n
    cols = panel == 1 ? part_columns : component_columns
    do for [i=1:n] {
      kx = 88 + ((i - 1) % cols) * (panel == 1 ? part_step : component_step)
      ky = y0 - 12 - 20 * ((panel == 1 ? part_rows : component_rows) - 1 - (i - 1) / cols)
      set object 100+i rect from screen sx(kx), screen sy(ky + 5) to screen sx(kx + 14), screen sy(ky - 5) fc rgb (panel == 1 ? part_color[i] : component_color[i]) fs solid 1 noborder
      set label 100+i ''.(panel == 1 ? part[i] : component[i]) at screen sx(kx + 19), screen sy(ky) left
    }
    if (panel == 1) {
      plot for [i=1:n] $part index i-1 using 2:1:(begin($2,$3)):(end($2,$3)):($1-0.4):($1+0.4) with boxxyerror lc rgb part_color[i], \
        for [i=1:n] $part index i-1 using (($2+$3)/2):1:(($3-$2 >= 0.07) ? sprintf('%.0f %%', 100*($3-$2)) : '') with labels textcolor rgb (part_dark[i] ? '#ffffff' : '#111111') font ',11'
    } else {
      plot for [i=1:n] $component index i-1 using 2:1:(begin($2,$3)):(end($2,$3)):($1-0.4):($1+0.4) with boxxyerror lc rgb component_color[i], \
        for [i=1:n] $component index i-1 using (($2+$3)/2):1:(($3-$2 >= 0.07) ? sprintf('%.0f %%', 100*($3-$2)) : '') with labels textcolor rgb (component_dark[i] ? '#ffffff' : '#111111') font ',11'
    }
    unset label 1001
    unset label 1002
    do for [i=1:n] { unset object 100+i; unset label 100+i }
  }
}
unset multiplot

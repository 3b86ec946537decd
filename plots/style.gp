# Style of all plots; precedes each template. Set before it: OUT, W, H (pixels), TITLE, NOTE,
# key_rows, key_columns.
set encoding utf8
font = 'Inter,DejaVu Sans,sans-serif'
if (exists('PNG')) {
  set terminal pngcairo size 2*W,2*H noenhanced rounded font 'DejaVu Sans,12' fontscale 1.5 pointscale 2 linewidth 2 dashlength 1 background rgb 'white'
} else {
  set terminal svg size W,H dynamic noenhanced rounded font font.',12' linewidth 1 dashlength 1
}
set output OUT

# Okabe and Ito's colours, which people of all kinds of colour vision tell apart; each with a dash
# and a point of its own for print without colours.
array color[8] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#806600', '#000000']
array pale[8] = ['#CC0072B2', '#CCD55E00', '#CC009E73', '#CCCC79A7', '#CCE69F00', '#CC56B4E9', '#CC806600', '#CC000000']
set dashtype 11 (6,3)
set dashtype 12 (1.5,2.5)
set dashtype 13 (9,3,1.5,3)
set dashtype 14 (14,4)
set dashtype 15 (3,1.5)
set dashtype 16 (9,3,1.5,3,1.5,3)
set dashtype 17 (14,3,4,3)
array dash[8] = [1, 11, 12, 13, 14, 15, 16, 17]
array shape[8] = [7, 5, 9, 13, 11, 6, 4, 8]
muted = '#666666'
set linetype 101 lc rgb '#dddddd' lw 1 dt 1

set border 3 lw 1
set tics nomirror out scale 0.6,0.35
set grid xtics ytics linetype 101
set style fill solid 1 noborder
set errorbars small
set samples 2

# The picture in pixels from its upper left corner: title, note, key, plot, axis.
sx(pixel) = pixel / real(W)
sy(pixel) = 1 - pixel / real(H)
top = 66 + 20 * key_rows + (key_rows > 0 ? 8 : 0)
set label 1001 TITLE at screen sx(16), screen sy(22) left font (exists('PNG') ? 'DejaVu Sans:Bold,16' : ',16')
set label 1002 NOTE at screen sx(16), screen sy(43) left font ',12' textcolor rgb muted
set lmargin at screen sx(88)
set rmargin at screen sx(W - 24)
set tmargin at screen sy(top)
set bmargin at screen sy(H - 52)
if (key_rows > 0) {
  set key at screen sx(88), screen sy(60) top left horizontal Left reverse maxcols key_columns samplen 2.2 spacing 1.1 width 1
} else {
  set key off
}

#!/usr/bin/env bash
# Aim: archsim plot draws what results hold and says what it leaves out; its pictures are well-formed,
# the same on every run and fit to stand in one page; no text in results is ever executed.
#
#   tests/cli/test_plot.sh [ARCHSIM]      else $ARCHSIM
set -euo pipefail
archsim=${1:-${ARCHSIM:?path of the archsim binary}}
archsim=$(realpath -- "$archsim")
fixtures=$(realpath -- "$(dirname -- "$0")/../plots")
. "$(dirname -- "$0")/expect.sh"

# Well-formed: every tag is closed in order, and no ampersand stands alone.
cat >well_formed.lua <<'LUA'
for _, path in ipairs(arg) do
  local text = assert(io.open(path)):read("a")
  local open = {}
  assert(not text:gsub("&%a+;", ""):gsub("&#%w+;", ""):find("&"), path .. ": lone &")
  assert(not text:find("[\1-\8\11\12\14-\31]"), path .. ": control character")
  for close, name, attributes, empty in text:gmatch("<(/?)([%a:]+)([^<>]-)(/?)>") do
    assert(not attributes:gsub("%b''", ""):gsub('%b""', ""):find("['\"]"), path .. ": quotes in " .. name)
    if close == "/" then
      assert(table.remove(open) == name, path .. ": </" .. name .. ">")
    elseif empty == "" then
      open[#open + 1] = name
    end
  end
  assert(#open == 0, path .. ": open tags")
  assert(utf8.len(text), path .. ": not UTF-8")
  assert(not text:find("<script"), path .. ": a script")
end
LUA
well_formed() {
  local lua
  lua=$(command -v lua5.4 || command -v lua || true)
  if [ -n "$lua" ]; then "$lua" well_formed.lua "$@" || fail "not well-formed: $*"; fi
  if command -v xmllint >/dev/null; then xmllint --noout "$@" || fail "xmllint: $*"; fi
}

# --- a run ---
expect 0 plot "$fixtures/run.json" -o run
no_err
for name in percentiles breakdown availability timeline; do
  in_out "run/$name.svg"
  for file in "run/$name.svg" "run/$name.gp"; do [ -s "$file" ] || fail "no $file"; done
done
well_formed run/*.svg
grep -q 'crash web\[2\]' run/timeline.svg || fail 'the timeline does not name the fault'
grep -q 'goal shoppers p99 &lt; 250 ms (met)' run/percentiles.svg || fail 'the percentiles lack the goal'
grep -q 'font-weight="600"' run/percentiles.svg || fail 'the title is not bold'

# The same bytes again, whatever the user's settings.
echo 'set title "mine"' >.gnuplot
HOME=$PWD GNUTERM=dumb LC_ALL=C "$archsim" plot "$fixtures/run.json" -o again -q
diff -r run again || fail 'another run draws something else'

# Several in one page: no id twice, every reference has its id, and no black on a dark page.
cat run/*.svg >page
[ -z "$(grep -oE "id=['\"][^'\"]*" page | sort | uniq -d)" ] || fail 'an id stands twice'
grep -oE "href='#[^']*" page | sed "s/.*#//" | sort -u | while read -r id; do
  grep -q "id='$id'" page || fail "no id $id"
done
! grep -qE "(stroke|fill|color)=[\"'](black|#000000|rgb\( *0, *0, *0\))" page || fail 'black on a dark page'

# The script stands for itself.
(cd run && mv timeline.svg kept && gnuplot -d timeline.gp 2>/dev/null && [ -s timeline.svg ]) ||
  fail 'timeline.gp cannot be run again'

expect 0 plot "$fixtures/run.json" -o png --png -q
no_out
[ "$(head -c 4 png/availability.png | tail -c 3)" = PNG ] || fail 'no PNG'

# --- designs and sweeps ---
expect 0 plot "$fixtures/compare.json" -o compare
in_out compare/percentiles.svg
in_out compare/availability.svg
well_formed compare/*.svg
cat >shop.lua <<'LUA'
-- What load do these servers take?
local rate = param { "rate", "50/s" }
local servers = param { "servers", 2 }
client "c" { arrivals = poisson(rate), target = "s", timeout = "300ms" }
service "s" { workers = servers, work = exponential "10ms" }
goal "c.latency.p99 < 100ms"
run { duration = "20s", warmup = "2s", replications = 2 }
LUA
"$archsim" sweep shop.lua -s rate=40..280:40/s -q --out load || [ $? -eq 1 ]
expect 0 plot load
in_out load/plots/load.svg
in_out load/plots/availability.svg
in_err 'no plot of heatmap: it takes a sweep over two parameters'
grep -q 'knee at' load/plots/load.svg || fail 'no knee'
grep -q 'c: goals .*missed at 240/s' load/plots/load.svg || fail 'the load up to which goals are met is not told'
grep -q 'p99 is endless (3 points)' load/plots/load.svg || fail 'points whose p99 is endless are not told'
"$archsim" sweep shop.lua -s rate=50..200:50/s -s servers=1..3 -q --out map || [ $? -eq 1 ]
rm map/points/000003.json
expect 0 plot map -o maps
in_out maps/heatmap.svg
in_out maps/load.svg
for servers in 1 2 3; do
  grep -q "servers=$servers: goals " maps/load.svg || fail "no curve of servers=$servers"
done
in_err '1 of 12 points of the sweep are missing'
grep -q '?: 1 missing' maps/heatmap.svg || fail 'a missing point is not told'
sed 's/duration = "20s"/duration = "3s"/' shop.lua >brief.lua
# A percentile beyond which too many failed is endless, not undefined, and does not meet the goal.
"$archsim" sweep brief.lua -s rate=50..300:250/s -s servers=1..2 -q --out ends || [ $? -eq 1 ]
expect 0 plot ends
grep -q '>endless<' ends/plots/heatmap.svg || fail 'an endless percentile is not told in its cell'
grep -q 'the value meets .* at . of 4 points (line).*endless at' ends/plots/heatmap.svg ||
  fail 'endless percentiles are not counted'
# Many values: a scale in place of texts, grey in place of question marks. Over a third parameter:
# a map for each of its values, as far as twelve go.
"$archsim" sweep brief.lua -s rate=1..30:1/s -s servers=1..3 -q --out dense ||
  [ $? -eq 1 ]
rm dense/points/000003.json
expect 0 plot dense
grep -q 'grey: 1 missing' dense/plots/heatmap.svg || fail 'a missing point of a dense map is not told'
sed 's/^local servers/local pause = param { "pause", "1ms" }\n&/; s/"10ms"$/pause/' brief.lua >three.lua
sed -i 's/work = exponential "10ms"/work = exponential(pause)/' three.lua
"$archsim" sweep three.lua -s rate=10..30:10/s -s servers=1..3 -s pause=1ms,2ms -q --out three ||
  [ $? -eq 1 ]
expect 0 plot three
in_out three/plots/heatmap-c-latency-p99-pause-1ms.svg
in_out three/plots/heatmap-c-latency-p99-pause-2ms.svg
grep -q 'servers, at pause=2ms' three/plots/*2ms.svg || fail 'what is held is not told'
for pause in 1ms 2ms; do grep '^array value' "three/plots/heatmap-c-latency-p99-pause-$pause.gp" >"cells-$pause"; done
! cmp -s cells-1ms cells-2ms || fail 'both maps show the same points'
# Over one parameter: each metric with a goal.
"$archsim" sweep shop.lua -s servers=1,2,4 -q --out one || [ $? -eq 1 ]
expect 0 plot one
in_out one/plots/parameter-c-latency-p99.svg
in_err 'no plot of load'
grep -q 'over servers' one/plots/parameter-c-latency-p99.svg || fail 'the parameter is not named'
well_formed load/plots/*.svg maps/*.svg dense/plots/*.svg three/plots/*.svg one/plots/*.svg

# --- an older file, without timeline and quantiles ---
"$archsim" run shop.lua --json old.json -q --undecided pass || [ $? -eq 1 ]
sed -i 's/"\(timeline\|quantiles\|blame\)":/"x_\1":/' old.json
expect 0 plot old.json
in_out old.plots/percentiles.svg
in_err 'no plot of timeline: the results have no timeline'
in_err 'no plot of breakdown: '

# --- nothing is executed ---
for kind in run compare; do
  format=()
  [ "$kind" = compare ] || format=(--png)
  expect 0 plot "$fixtures/hostile_$kind.json" -o "hostile/$kind" "${format[@]}" -q
  well_formed hostile/"$kind"/*.svg
  (cd "hostile/$kind" && for script in *.gp; do gnuplot -d "$script" 2>/dev/null || exit 1; done) ||
    fail "a script of hostile/$kind fails"
done
[ -z "$(find . "${TMPDIR:-/tmp}" -maxdepth 3 -name 'pwned*' 2>/dev/null)" ] || fail 'a text was executed'
# Between single quotes there is none, so that no text can end one.
! grep -hE "^[A-Za-z_]+ = '.*'.*'$" hostile/*/*.gp || fail 'a quote within a text'

# shellcheck disable=SC2016 # a text as it stands
sed 's/"`touch pwned1`"/"]]>"/g' "$fixtures/hostile_run.json" >brackets.json
expect 0 plot brackets.json -o brackets -q
well_formed brackets/*.svg

# --- no name is cut, in bar charts, below axes or in keys, and none leaves the picture ---
cat >names.lua <<'L'
client "shoppers" { arrivals = poisson "50/s", target = "the_web_servers_behind_the_shop", timeout = "1s", mix = { browse = 0.9, buy = 0.1 } }
service "the_web_servers_behind_the_shop" { instances = 2, workers = 4, work = exponential "20ms" }
service "db" { work = "1ms" }
client "others" { arrivals = poisson "1/s", target = "db" }
fault { crash "the_web_servers_behind_the_shop[1]", at = "5s", lasts = "5s", name = "the_first_web_server_dies" }
goal { "shoppers.availability >= 10%", during = "the_first_web_server_dies" }
run { duration = "30s", warmup = "1s", replications = 2 }
L
expect 0 run names.lua -q --json names.json
expect 0 plot names.json --out names
for plot in availability downtime percentiles; do
  name=shoppers.during.the_first_web_server_dies
  [ "$plot" != downtime ] || name=the_web_servers_behind_the_shop
  grep -q ">$name<" "names/$plot.svg" || fail "$plot cuts a name"
  awk -v plot="$plot" -F'[(,)]' '
    /<g transform="translate/ { x = $2; left = /text-anchor="start"/ && !/rotate/; size = 0.5 * 12 }
    left && /<text>/ { text = $0; gsub(/<[^>]*>|\t/, "", text); if (x + size * length(text) > 800) { print plot ": " text; bad = 1 } }
    END { exit bad }' "names/$plot.svg" || fail "$plot: a text leaves the picture"
done
# Shares of a fault's time are no time lost in the run.
! grep -q 'shoppers.during' names/downtime.svg || fail 'the time of a fault counts twice'

# --- mistakes ---
expect 2 plot $'no\033[31m.json'
! grep -q $'\033' err || fail 'a control character of an argument reaches the terminal'
echo '{ "schema": 1, "metrics": {} }' >empty.json
expect 2 plot empty.json
in_err 'empty.json holds nothing to plot: a run needs a client with requests'
expect 2 plot shop.lua
in_err 'shop.lua holds no results'
expect 2 plot nowhere.json
one_sentence
echo '{' >broken.json
expect 2 plot broken.json
one_sentence
expect 2 plot load map
in_err 'hold different sweeps'
echo '{ "schema": 99, "metrics": {} }' >newer.json
expect 2 plot newer.json
in_err 'schema 99'

# --- no gnuplot, and one that fails ---
mkdir bin
PATH=$PWD/bin expect 4 plot "$fixtures/run.json" -o none 2>/dev/null
in_err 'apt-get install gnuplot-nox'
printf '#!/bin/sh\necho broken >&2\nexit 1\n' >bin/gnuplot
chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH expect 4 plot "$fixtures/run.json" -o none
in_err 'gnuplot failed: broken'
[ ! -e none ] || fail 'something was written'
finish

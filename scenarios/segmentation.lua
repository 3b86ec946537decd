-- A camera in the building is taken over and floods everything that it can reach: how much of the
-- company notices in one flat network, and how much when each department has a network of its own?
--
-- Covers H08.
-- The same company twice. Cameras send to a recorder; the shop's users reach its web server, which
-- asks a database; staff work with the payroll. From the 30th second on one camera sends 600
-- requests a second to each of the four. Each server does 200 requests a second. Assumed: queues of
-- 100, callers wait for 1 s.
--
-- Off: segmented=false  both networks are flat, and the camera reaches all of it
-- Answer: segmented-shop.availability
local segmented = param { "segmented", true, doc = "whether departments are apart" }

local function company(name)
  local function at(what) return name .. "-" .. what end
  client(at "shop") { zone = at "outside", arrivals = poisson "50/s", target = at "web",
    timeout = "1s" }
  client(at "staff") { zone = at "office", arrivals = poisson "20/s", target = at "payroll",
    timeout = "1s" }
  client(at "cameras") { zone = at "things", arrivals = constant "20/s", target = at "recorder",
    timeout = "1s" }
  for _, victim in ipairs { "web", "db", "payroll", "recorder" } do
    client(at("taken-" .. victim)) { zone = at "things", target = at(victim), timeout = "1s",
      arrivals = poisson(profile { { "0s", "0/s" }, { "30s", "600/s" }, steps = true }) }
  end
  service(at "web") { zone = at "dmz", workers = 1, queue = 100,
    on = { work(exponential "5ms"), call { at "db", timeout = "500ms" } }, io = "async" }
  service(at "db") { zone = at "data", workers = 1, queue = 100, work = exponential "5ms" }
  service(at "payroll") { zone = at "office", workers = 1, queue = 100, work = exponential "5ms" }
  service(at "recorder") { zone = at "things", workers = 1, queue = 100, work = exponential "5ms" }
end
company "flat"
company "segmented"

-- What each network lets pass.
local function flat(name)
  region(name .. "-inside") { zones = { name .. "-dmz", name .. "-data", name .. "-office",
    name .. "-things" } }
  allow { from = name .. "-inside", to = name .. "-inside" }
end
flat "flat"
allow { from = "flat-outside", to = "flat-web" }
allow { from = "segmented-outside", to = "segmented-web" }
if segmented then
  allow { from = "segmented-web", to = "segmented-db", drop = true }
  allow { from = "segmented-office", to = "segmented-payroll", drop = true }
  allow { from = "segmented-things", to = "segmented-recorder" }
else
  flat "segmented"
end

goal "flat-shop.availability < 60%"
goal "flat-staff.availability < 60%"
goal "flat-cameras.availability < 60%"
goal "segmented-shop.availability >= 99.9%"
goal "segmented-staff.availability >= 99.9%"
-- Its own department is hit all the same.
goal "segmented-cameras.availability < 60%"

run { duration = "80s", warmup = "20s", replications = 4 }

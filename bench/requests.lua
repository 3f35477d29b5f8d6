-- What wrk sends: MODE is `update` (20 calls are retrieved and parked in turn), `refused` or `list`.
local prefix = os.getenv("PREFIX") or "/uapi"
local mode = os.getenv("MODE") or "update"
local heads = {["Authorization"] = "Bearer mock.default.12", ["Content-Type"] = "application/json"}
local unpark = '{"action":"UnPark","sendCallTo":"0003*024","callerId":"John Doe <42420042>",'
  .. '"waitForPickup":"20","phoneCallViewId":"01"}'
local refused = '{"action":"UnPark","sendCallTo":"0003*024","callerId":"John Doe <42420042>",'
  .. '"waitForPickup":0,"phoneCallViewId":"01"}'
local park = '{"action":"Park","phoneCallViewId":"01","maxInParking":"600"}'
local sent = 0

request = function()
  local path = prefix .. "/phoneCalls/12/0003*210"
  if mode == "list" then
    return wrk.format("GET", path, heads)
  end
  path = string.format("%s/%020x", path, sent % 20 + 1)
  local body = refused
  if mode == "update" then
    body = (math.floor(sent / 20) % 2 == 0) and unpark or park
  end
  sent = sent + 1
  return wrk.format("PUT", path, heads, body)
end

done = function(summary, latency)
  io.write(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "bad": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end

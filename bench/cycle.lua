-- Sends the lines of a file in turn, over and over: each a path below PREFIX (GET) or the body of a POST to PREFIX.
--   wrk … -s cycle.lua URL -- METHOD PREFIX FILE
-- Requests are built once, before the measuring begins, so that wrk's own share of the processor stays small.
-- Prints: RESULT requests microseconds bytes p50 p99 p99.9 failed; percentiles in milliseconds.

local threads = 0
local requests = {}
local last = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local method, prefix, file = arguments[1], arguments[2], arguments[3]
  local headers = { ["Host"] = "localhost" }
  if method == "POST" then headers["Content-Type"] = "application/json" end
  for line in io.lines(file) do
    if method == "POST" then
      requests[#requests + 1] = wrk.format(method, prefix, headers, line)
    else
      requests[#requests + 1] = wrk.format(method, prefix .. line, headers)
    end
  end
  last = (number * 997) % #requests
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local p50, p99, p999 = latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3
  print(string.format("RESULT %d %d %d %.3f %.3f %.3f %d", summary.requests, summary.duration, summary.bytes, p50, p99, p999, failed))
end

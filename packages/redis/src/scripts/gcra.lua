#!lua
-- One draw from a budget, or one given back (GCRA, ITU-T I.371). Whole microseconds, so that nothing is lost by rounding.
--
-- KEYS[1]  rate
-- ARGV     1 burst, 2 refill per minute, 3 draw | return
-- Returns  0 if drawn or given back, else the ms after which there is one to draw
--
--- include shared/clock
local key, burst, per_minute, verb = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local interval_us = math.ceil(60000000 / per_minute)
local whole_us = interval_us * burst

local function keep(full_us)
  if full_us <= now_us then
    redis.call('DEL', key)
  else
    redis.call('SET', key, digits(full_us), 'PXAT', digits(math.ceil(full_us / 1000)))
  end
end

-- When the budget is full again. Never further ahead than it takes to fill it: Redis time may have jumped back.
local full_us = tonumber(redis.call('GET', key) or now_us)
full_us = math.min(math.max(full_us, now_us), now_us + whole_us)

if verb == 'return' then
  keep(full_us - interval_us)
  return { 0 }
end
local wait_us = full_us + interval_us - whole_us - now_us
if wait_us > 0 then
  return { math.ceil(wait_us / 1000) }
end
keep(full_us + interval_us)
return { 0 }

-- Redis time. A number of microseconds has 16 digits: a double holds them, tostring does not; digits() writes them all.
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)

local function digits(number)
  return string.format('%.0f', number)
end

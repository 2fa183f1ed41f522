-- How long somebody who is away may still come back: until this time (ms), but not while who asks says that it is too early.
local function window_end(away, reading)
  return math.max(tonumber(away), reading.mercy_until_ms)
end

-- `away` is 0 of who is here.
local function is_over(away, reading)
  return away ~= '0' and window_end(away, reading) <= now_ms
end

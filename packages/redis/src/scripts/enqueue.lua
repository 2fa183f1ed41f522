#!lua
-- A peer takes a place in a queue, or comes back to the one it had, and a match is made when there are enough.
--
-- KEYS[1]  queue
-- ARGV     1 not after (ms), 2 peer, 3 fence, 4 session, instance, user and meta as one line, 5 node, 6 life in ms,
--          7 size of a match, 8 how long it may wait for its members in ms, 9 number of names for matches, then two for
--          each: id, room; then the reading (see read_reading)
-- Returns  'late' | 'superseded', or 'waiting', its place in us, and the match it is in, if any (see append_match)
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/queue
--- include shared/match
local not_after_ms, peer, fence, rest, node = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local life_ms, size, confirm_within_ms = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local names, reading_at = read_groups(9, { 'id', 'room' })

local function instance_of(claim)
  return string.match(claim, '^%S+ (%S+)')
end

if now_ms > not_after_ms then
  return { 'late' }
end
local queue = read_queue(KEYS[1], { [peer] = true }, read_reading(reading_at))
local waiter = queue.waiters[peer]
if waiter and waiter.fence > fence then
  return { 'superseded' }
end

if waiter and waiter.fence == fence then
  waiter.until_ms, waiter.away = now_ms + life_ms, '0'
  put_waiter(queue, peer, waiter)
else
  local since_us = math.max(now_us, queue.last_us + 1)
  if waiter then
    if instance_of(waiter.rest) == instance_of(rest) then
      since_us = waiter.since_us
    end
    -- A later session may have the place, but not the turn: nobody knows what the one before has confirmed.
    drop_waiter(queue, peer)
  end
  take_place(queue, peer, {
    until_ms = now_ms + life_ms, since_us = since_us, away = '0', fence = fence, node = node, match = '-', confirmed = false,
    rest = rest,
  })
end

make_matches(queue, size, confirm_within_ms, names)
commit_queue(queue)

waiter = queue.waiters[peer]
local reply = { 'waiting', digits(waiter.since_us) }
if waiter.match ~= '-' then
  append_match(reply, queue, waiter.match)
end
return reply

#!lua
-- A peer takes a place in a queue, and a match is made when there are enough.
--
-- KEYS[1]  queue
-- ARGV     1 not after (ms), 2 peer, 3 fence, 4 session, instance, user and meta as one line, 5 node, 6 life in ms,
--          7 size of a match, 8 how long it may wait for its members in ms, 9 number of names for matches, then two for
--          each: id, room; then the nodes that are lost
-- Returns  'late' | 'superseded', or 'waiting', its place in us, and the match it is in, if any (see append_match)
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/queue
--- include shared/match
local not_after_ms, peer, fence, rest, node = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local life_ms, size, confirm_within_ms = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local names, lost_at = read_groups(9, { 'id', 'room' })

if now_ms > not_after_ms then
  return { 'late' }
end
local queue = read_queue(KEYS[1], set_from(lost_at), { [peer] = true })
local waiter = queue.waiters[peer]
if waiter and waiter.fence > fence then
  return { 'superseded' }
end

if waiter and waiter.fence ~= fence then
  drop_waiter(queue, peer)
  waiter = nil
end
if waiter then
  waiter.until_ms = now_ms + life_ms
  put_waiter(queue, peer, waiter)
else
  take_place(queue, peer, {
    until_ms = now_ms + life_ms, since_us = math.max(now_us, queue.last_us + 1), away = '0', fence = fence, node = node,
    match = '-', confirmed = false, rest = rest,
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

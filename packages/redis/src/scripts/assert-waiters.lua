#!lua flags=allow-oom
-- A node says who of its own waits in a queue, and hears which matches they are in. Renews, repairs, settles and matches.
--
-- KEYS[1]  queue
-- ARGV     1 not after (ms), 2 node, 3 life in ms, 4 size of a match, 5 how long it may wait for its members in ms,
--          6 number of names for matches, then two for each: id, room; then the number of waiters, and four for each: peer, fence, place in us,
--          and session, instance, user and meta as one line; then the reading (see read_reading)
-- Returns  'late', or the matches (see append_match), one after the other
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/queue
--- include shared/match
local not_after_ms, node, life_ms = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local size, confirm_within_ms = tonumber(ARGV[4]), tonumber(ARGV[5])

if now_ms > not_after_ms then
  return { 'late' }
end

local names, own_at = read_groups(6, { 'id', 'room' })
local own, reading_at = read_groups(own_at, { 'peer', 'fence', 'since_us', 'rest' })
local is_own = {}
for _, claim in ipairs(own) do
  is_own[claim.peer] = true
end
table.sort(own, function(a, b) return tonumber(a.since_us) < tonumber(b.since_us) end)

local queue = read_queue(KEYS[1], is_own, read_reading(reading_at))
for peer, waiter in pairs(queue.waiters) do
  if waiter.node == node and waiter.away == '0' and not is_own[peer] then
    drop_waiter(queue, peer)
  end
end

for _, claim in ipairs(own) do
  local waiter = queue.waiters[claim.peer]
  -- An earlier place than the one it has now was given up since, and is remembered by a Redis that forgot that.
  local is_earlier = waiter and waiter.fence == claim.fence and waiter.since_us < tonumber(claim.since_us)
  if waiter and (waiter.fence < claim.fence or is_earlier) then
    drop_waiter(queue, claim.peer)
    waiter = nil
  end
  if waiter and waiter.fence == claim.fence then
    -- One that was away is here: its node was taken for lost, and was not.
    waiter.until_ms, waiter.away = now_ms + life_ms, '0'
    put_waiter(queue, claim.peer, waiter)
  elseif not waiter and not complete_with(queue, claim.peer, claim.fence) then
    take_place(queue, claim.peer, {
      until_ms = now_ms + life_ms, since_us = free_place(queue, tonumber(claim.since_us)), away = '0', fence = claim.fence,
      node = node, match = '-', confirmed = false, rest = claim.rest,
    })
  end
end

make_matches(queue, size, confirm_within_ms, names)
commit_queue(queue)

-- Every match with a member of this node in it; a complete one as long as it is the last word for that member.
local concerned = {}
for _, waiter in pairs(queue.waiters) do
  if waiter.node == node and waiter.match ~= '-' then
    concerned[waiter.match] = true
  end
end
for id, complete in pairs(queue.completes) do
  for _, member in ipairs(complete.members) do
    concerned[id] = concerned[id] or (member.open and member.node == node) or nil
  end
end
local reply = {}
for id in pairs(concerned) do
  append_match(reply, queue, id)
end
return reply

#!lua flags=allow-oom
-- Some members of a match stand by it. When all do, it is complete: they leave the queue, and the match is a fact.
--
-- KEYS[1]  queue
-- ARGV     1 match, 2... peers
-- Returns  'absent', or 'confirmed' and the match (see append_match)
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/queue
-- How long a complete match is remembered, so that the node of every member hears of it.
local COMPLETE_MEMORY_MS = 30000

local id, named = ARGV[1], set_from(2)

local queue = read_queue(KEYS[1], named)
local match = queue.matches[id]
if match then
  local members, all = members_of(queue, id), true
  for _, member in ipairs(members) do
    if named[member.peer] then
      member.confirmed = true
      put_waiter(queue, member.peer, member)
    end
    all = all and member.confirmed
  end
  if all then
    local complete = { until_ms = now_ms + COMPLETE_MEMORY_MS, room = match.room, members = members }
    queue.matches[id] = nil
    queue.gone['match:' .. id] = true
    for _, member in ipairs(members) do
      member.open = true
      queue.waiters[member.peer] = nil
      queue.dirty['waiter:' .. member.peer] = nil
      queue.gone['waiter:' .. member.peer] = true
    end
    queue.completes[id] = complete
    queue.dirty['complete:' .. id] = function() return complete_text(complete) end
  end
end
commit_queue(queue)

if not queue.matches[id] and not queue.completes[id] then
  return { 'absent' }
end
local reply = { 'confirmed' }
append_match(reply, queue, id)
return reply

#!lua flags=allow-oom
-- A peer gives its place up; the others of a match that is not complete are free again.
--
-- KEYS[1]  queue
-- ARGV     1 peer, 2 fence
-- Returns  'left' | 'matched' (too late, the match is complete) | 'absent'
--
--- include shared/clock
--- include shared/hash
--- include shared/queue
local peer, fence = ARGV[1], ARGV[2]

local queue = read_queue(KEYS[1], {}, { [peer] = true })
local waiter = queue.waiters[peer]
if waiter and waiter.fence == fence then
  drop_waiter(queue, peer)
  commit_queue(queue)
  return { 'left' }
end
return { complete_with(queue, peer, fence) and 'matched' or 'absent' }

#!lua flags=allow-oom
-- The peer of a seat is away from now on, or from when that was said first.
--
-- KEYS[1]  room
-- ARGV     1 tag of the change, 2 peer, 3 fence, 4 how long it may be away in ms, 5 life in ms
-- Returns  'absent' when that seat is not there, else the room with 'changed' (and its old tag if it is not)
--
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/room
local new_tag, peer, fence = ARGV[1], ARGV[2], ARGV[3]
local away_ms, life_ms = tonumber(ARGV[4]), tonumber(ARGV[5])

local room = read_room(KEYS[1], new_tag)
local seat = meant_seat(room, peer, fence)
if not seat then
  return { 'absent' }
end
local from = room.tag
seat.until_ms = now_ms + life_ms
change_seat(room, peer, { away = seat.away == '0' and digits(now_ms + away_ms) or seat.away }, new_tag)
commit_room(room)
return room_reply('changed', from, room)

#!lua flags=allow-oom
-- A session claims to be the one that speaks for a peer: it continues a life of which it has the secret, or begins one.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 not after (ms), 2 node, 3 session, 4 fence, 5 user (perhaps empty), 6 life in ms, 7 instance of a new life, 8 hash of the
--          secret offered, 9 1 if the credential names this peer, 10 resume | restart, or empty, 11 hash of the secret presented for
--          that; then the reading (see read_reading)
-- Returns  'late' | 'superseded' | 'unproven' | 'claimed', and then node, session, instance and rooms of the life whose place it
--          takes, if any | 'resumed', instance, rooms, node and session of who spoke for it until now (or empty), then for each
--          signal of the mail: text, how often it was handed over before
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/peer
--- include shared/mail
local peer_key, mail_key = KEYS[1], KEYS[2]
local not_after_ms, node, session, fence, user = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local life_ms, instance, offered, is_fixed = tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9] == '1'
local comeback, presented, reading = ARGV[10], ARGV[11], read_reading(12)

if now_ms > not_after_ms then
  return { 'late' }
end
local record = read_hash(peer_key)
if is_superseded(record, fence) then
  return { 'superseded' }
end

local lives = record.session and not is_over(record.away, reading)
local is_again, is_other = record.fence == fence, record.session and record.session ~= session

local function right()
  local knows = presented == record.proven or presented == record.offered
  if comeback ~= '' and lives and record.user == user and knows then
    return comeback
  end
  return (is_fixed or (comeback == '' and not lives)) and 'restart'
end

if lives and is_again and record.instance == instance then
  record.away = '0'
  keep_peer(peer_key, mail_key, record, life_ms)
  return { 'claimed' }
end

local granted = right()
if not granted then
  return { 'unproven' }
end
local goes_on = {
  fence = fence, node = node, session = session, instance = instance, user = user, rooms = '', proven = offered,
  offered = offered, handed = 0, away = '0',
}
if granted == 'restart' then
  redis.call('DEL', mail_key)
  keep_peer(peer_key, mail_key, goes_on, life_ms)
  if is_other then
    return { 'claimed', record.node, record.session, record.instance, record.rooms or '' }
  end
  return { 'claimed' }
end

local mail = hand_over(mail_key, is_again and tonumber(record.handed) or 0)
goes_on.instance, goes_on.rooms, goes_on.proven, goes_on.handed = record.instance, record.rooms, presented, #mail
keep_peer(peer_key, mail_key, goes_on, life_ms)
local was_here = is_other and record.away == '0'
local reply = { 'resumed', record.instance, record.rooms, was_here and record.node or '', was_here and record.session or '' }
for _, letter in ipairs(mail) do
  reply[#reply + 1] = letter.text
  reply[#reply + 1] = letter.handings - 1
end
return reply

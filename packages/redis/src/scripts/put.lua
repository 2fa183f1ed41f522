#!lua
-- Keeps a signal for a peer that is away. A peer at a lost node is.
--
-- KEYS[1]  peer
-- KEYS[2]  mail
-- ARGV     1 not after (ms), 2 instance that it is for, 3 text, 4 how many signals and 5 how many bytes the mail may hold; then the
--          reading (see read_reading)
-- Returns  'late' | 'gone' | 'full' | 'here', node, session | 'kept', for how long in ms
--
--- include shared/arguments
--- include shared/clock
--- include shared/hash
--- include shared/window
--- include shared/mail
local peer_key, mail_key, not_after_ms, instance, text = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2], ARGV[3]
local max_signals, max_bytes, reading = tonumber(ARGV[4]), tonumber(ARGV[5]), read_reading(6)

if now_ms > not_after_ms then
  return { 'late' }
end
local record = read_hash(peer_key)
if record.instance ~= instance then
  return { 'gone' }
end
local away = record.away
if away == '0' then
  if not is_lost(record.node, tonumber(record['until']), reading) then
    return { 'here', record.node, record.session }
  end
  away = digits(now_ms + reading.away_ms)
end
if is_over(away, reading) then
  return { 'gone' }
end
redis.call('HSET', peer_key, 'away', away)

local mail, bytes = read_mail(mail_key), #text
for _, letter in ipairs(mail) do
  bytes = bytes + #letter.text
end
if #mail >= max_signals or bytes > max_bytes then
  return { 'full' }
end
redis.call('RPUSH', mail_key, '0 ' .. text)
redis.call('PEXPIREAT', mail_key, record['until'])
return { 'kept', math.ceil(math.min(window_end(away, reading), tonumber(record['until'])) - now_ms) }

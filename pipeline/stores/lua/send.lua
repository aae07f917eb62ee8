-- send: marks items as being sent, just before ONE HTTP write. The mark outlives the worker.
-- ARGV: prefix, token, lane, lease_ms, hint_ms, then pairs: item, fingerprint of what is sent ('' if not told)
-- Granted only to the holder, and not where a late receipt has come in meanwhile. Safe to run twice.
local token, lane, lease, hint_ms = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local granted = {}
for i = 6, #ARGV, 2 do
  local item, sent = ARGV[i], ARGV[i + 1]
  local ref, sfx = split_item(item, lane)
  local p = position(ref, sfx)
  if p.to == token and p.ln == lane and p.lr == '' and (p.co == 'in_hand' or p.co == 'sending') then
    count(ref, p.st, p.co, -1)
    count(ref, p.st, 'sending', 1)
    redis.call('HSET', P .. 'd:' .. ref, 'co' .. sfx, 'sending', 'mb' .. sfx, '1', 'se' .. sfx, int(now))
    redis.call('ZADD', P .. 'hand:' .. lane, int(now + lease), item)
    if sent ~= '' then redis.call('HSET', P .. 'd:' .. ref, 'sf' .. sfx, sent) end -- should only a person learn its end
    granted[#granted + 1] = item
  end
end
if #granted > 0 then -- the batch lives on: so do its slot and its list
  redis.call('ZADD', P .. 'hands:' .. string.match(lane, '^[^.]*%.(.*)$'), 'XX', int(now + lease), token)
  redis.call('PEXPIRE', P .. 'take:' .. token, lease)
end
close(hint_ms)
return granted

-- release: a batch is over. Whatever is still in hand goes back with no attempt spent; the slot is free.
-- ARGV: prefix, token, lane, account, hint_ms, probe ('', 'ok', 'failed'), backoff_ms
local token, lane, account, hint_ms = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
for _, item in ipairs(redis.call('LRANGE', P .. 'take:' .. token, 0, -1)) do
  local ref, sfx = split_item(item, lane)
  local p = position(ref, sfx)
  if p.to == token and p.co == 'in_hand' then
    local unknown = redis.call('HGET', P .. 'd:' .. ref, 'un' .. sfx) == '1'
    leave(ref, sfx, p)
    enter(ref, sfx, p, p.st, unknown and 'unknown' or 'due', p.ln, now)
    apply_next(ref)
  end
end
redis.call('DEL', P .. 'take:' .. token)
redis.call('ZREM', P .. 'hands:' .. account, token)
local gate = P .. 'gate:' .. account
if ARGV[6] == 'ok' then
  if redis.call('HGET', gate, 'kind') ~= 'paused' then redis.call('DEL', gate) end
elseif ARGV[6] == 'failed' and redis.call('EXISTS', gate) == 1 then
  redis.call('HSET', gate, 'probe_until', '0')
  if tonumber(redis.call('HGET', gate, 'until')) <= now then
    local times = redis.call('HINCRBY', gate, 'times', 1)
    redis.call('HSET', gate, 'until', int(now + tonumber(ARGV[7]) * math.min(2 ^ times, 64)))
  end
end
if not gate_state(account) then
  for _, step in ipairs(STEPS) do
    local other = step .. '.' .. account
    if redis.call('ZCOUNT', P .. 'due:' .. other, '-inf', int(now)) > 0 then wake(other) end
  end
end
return close(hint_ms)

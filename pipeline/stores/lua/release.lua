-- release: a batch is over. Whatever is still in hand goes back with no attempt spent; the slot is free.
-- ARGV: prefix, token, lane, account, hint_ms, probe ('', 'ok', 'failed'), backoff_ms, ms that it took ('' untold),
--   documents, buckets (csv of ms)
local token, lane, account, hint_ms = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
for _, item in ipairs(redis.call('LRANGE', P .. 'take:' .. token, 0, -1)) do
  local ref, sfx = split_item(item, lane)
  local p = position(ref, sfx)
  if p.to == token and p.co == 'in_hand' then
    if not settle_late(ref, sfx, p) then
      leave(ref, sfx, p)
      enter(ref, sfx, p, p.st, again(p), p.ln, now)
    end
    apply_next(ref)
  end
end
local held = redis.call('DEL', P .. 'take:' .. token)
if ARGV[8] ~= '' and held == 1 then -- once, though the script be run twice
  local key, took = P .. 'steps', tonumber(ARGV[8])
  redis.call('HINCRBY', key, lane .. '|ms', int(took))
  redis.call('HINCRBY', key, lane .. '|documents', ARGV[9])
  for bucket in string.gmatch(ARGV[10], '%d+') do
    if took <= tonumber(bucket) then
      redis.call('HINCRBY', key, lane .. '|' .. bucket, 1)
      took = nil
      break
    end
  end
  if took then redis.call('HINCRBY', key, lane .. '|more', 1) end
end
redis.call('ZREM', P .. 'hands:' .. account, token)
local gate = P .. 'gate:' .. account
local till = tonumber(redis.call('HGET', gate, 'until') or '')
if till and till ~= 0 and till <= now then -- not one that was shut anew while the probe was under way
  if ARGV[6] == 'ok' then
    redis.call('DEL', gate)
  elseif ARGV[6] == 'failed' then
    local times = redis.call('HINCRBY', gate, 'times', 1)
    redis.call('HSET', gate, 'probe_until', '0',
      'until', int(now + tonumber(ARGV[7]) * math.min(2 ^ times, 64)))
  end
end
if account == '' then
  if redis.call('ZCOUNT', P .. 'due:' .. lane, '-inf', int(now)) > 0 then wake(lane) end
elseif not gate_state(account) then
  for _, step in ipairs(STEPS) do
    local other = step .. '.' .. account
    if redis.call('ZCOUNT', P .. 'due:' .. other, '-inf', int(now)) > 0 then wake(other) end
  end
end
return close(hint_ms)

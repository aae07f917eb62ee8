-- take: ends leases that are over, then hands out what is due in one lane under the account's gate and cap.
-- ARGV: prefix, lane, account, token, limit, lease_ms, cap, looks (flow=ms,... of those that can be looked up or
--   repeated), hint_ms, bodies (csv), reap_only
-- Safe to run twice: the same token is answered with the same items.
local lane, account, token = ARGV[2], ARGV[3], ARGV[4]
local limit, lease, cap = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local looks = {}
for flow, ms in string.gmatch(ARGV[8], '([a-z]+)=(%d+)') do looks[flow] = tonumber(ms) end
local hint_ms, reap_only = tonumber(ARGV[9]), ARGV[11] == '1'
local hand, due = P .. 'hand:' .. lane, P .. 'due:' .. lane
local hands = P .. 'hands:' .. account
local MAX_LOST = 10 -- a document that was in hand at so many ends of lease, alone, is the likely cause
local ALONE = 3

for _, item in ipairs(redis.call('ZRANGEBYSCORE', hand, '-inf', int(now), 'LIMIT', 0, 100)) do
  local ref, sfx = split_item(item, lane)
  local p = position(ref, sfx)
  if p.co == 'sending' then
    local sent = tonumber(redis.call('HGET', P .. 'd:' .. ref, 'se' .. sfx)) or now
    local look = looks[split_ref(ref)]
    leave(ref, sfx, p)
    local step = string.match(lane, '^[^.]*')
    local fault = { step = step, kind = 'ambiguous', cause = 'worker lost in mid-call',
      message = 'the worker was lost after this was marked as being sent: the partner may have taken it' }
    enter(ref, sfx, p, p.st, 'unknown', lane, look and math.max(now, sent + look) or nil,
      { 'er', cjson.encode(fault) }, { f = 'lost-in-call-' .. step, t = cjson.encode(fault) })
    note(ref, '{"who":"ledger","what":"unknown","why":"lease ended while sending"' .. (sfx ~= '' and ',"target":"' .. string.sub(sfx, 2) .. '"' or '') .. '}')
    apply_next(ref)
  elseif p.co == 'in_hand' then
    local key = P .. 'd:' .. ref
    local lost = redis.call('HINCRBY', key, 'lo' .. sfx, 1)
    leave(ref, sfx, p)
    local was_unknown = p.mb == '1' and redis.call('HGET', key, 'un' .. sfx) == '1'
    if lost >= MAX_LOST then
      local fault = { step = p.st, kind = 'unreadable', cause = 'workers die with it',
        message = 'workers were lost ' .. lost .. ' times with this document in hand' }
      enter(ref, sfx, p, p.st, 'dead', lane, nil, { 'er', cjson.encode(fault) },
        { f = 'workers-die', t = cjson.encode(fault) })
    else
      enter(ref, sfx, p, p.st, was_unknown and 'unknown' or 'due', lane, now)
    end
    note(ref, '{"who":"ledger","what":"lease ended","times":' .. lost .. '}')
    apply_next(ref)
  else
    redis.call('ZREM', hand, item)
  end
end
if reap_only then return { 'reaped', close(hint_ms) } end

redis.call('DEL', P .. 'hinted:' .. lane)
woken[lane] = nil -- this very take answers for it
local again = redis.call('LRANGE', P .. 'take:' .. token, 0, -1)
local items, probe = {}, '0'
if #again > 0 then
  items = again
else
  local gate, why, till = gate_state(account)
  if gate == 'shut' then return { 'shut', close(hint_ms), int(now), why, int(till) } end
  redis.call('ZREMRANGEBYSCORE', hands, '-inf', int(now))
  if redis.call('ZCARD', hands) >= cap then return { 'full', close(hint_ms), int(now) } end
  if gate == 'probe' then limit = 1 end
  for _, item in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', int(now), 'LIMIT', 0, limit)) do
    local ref, sfx = split_item(item, lane)
    local r = redis.call('HMGET', P .. 'd:' .. ref, 'v', 'lo' .. sfx)
    if not r[1] then
      redis.call('ZREM', due, item) -- an index entry without a record: the record wins
    elseif tonumber(r[1]) <= SCHEMA then
      local alone = (tonumber(r[2]) or 0) >= ALONE
      if not alone or #items == 0 then
        items[#items + 1] = item
        local p = position(ref, sfx)
        leave(ref, sfx, p)
        redis.call('ZREM', due, item)
        redis.call('HSET', P .. 'd:' .. ref, 'co' .. sfx, 'in_hand', 'ln' .. sfx, lane, 'to' .. sfx, token,
          'cf' .. sfx, '', 'was' .. sfx, p.co, 'un' .. sfx, p.co == 'unknown' and '1' or '')
        redis.call('ZADD', hand, int(now + lease), item)
        count(ref, p.st, 'in_hand', 1)
      end
      if alone then break end
    end
  end
  if #items > 0 then
    redis.call('RPUSH', P .. 'take:' .. token, unpack(items))
    redis.call('PEXPIRE', P .. 'take:' .. token, lease)
    redis.call('ZADD', hands, int(now + lease), token)
    if gate == 'probe' then
      probe = '1'
      redis.call('HSET', P .. 'gate:' .. account, 'probe_until', int(now + lease))
    end
  end
end

local document_fields = { 'fp', 'ver', 'rat', 'dl', 'fa', 'ovr', 'old', 'tg' }
for body in string.gmatch(ARGV[10], '[^,]+') do document_fields[#document_fields + 1] = body end
local position_fields = { 'st', 'was', 'at', 'mb', 'rc', 'bf', 'se', 'er', 'hd' }
local out = {}
for _, item in ipairs(items) do
  local ref, sfx = split_item(item, lane)
  local names = {}
  for _, name in ipairs(document_fields) do names[#names + 1] = name end
  for _, name in ipairs(position_fields) do names[#names + 1] = name .. sfx end
  local got = redis.call('HMGET', P .. 'd:' .. ref, unpack(names))
  local flat = {}
  for i, name in ipairs(document_fields) do
    if got[i] then flat[#flat + 1] = name flat[#flat + 1] = got[i] end
  end
  for i, name in ipairs(position_fields) do
    local value = got[#document_fields + i]
    if value then flat[#flat + 1] = name .. sfx flat[#flat + 1] = value end
  end
  if sfx == '' then
    for _, target in ipairs(targets_of(ref)) do
      local t = '@' .. target
      local d = redis.call('HMGET', P .. 'd:' .. ref, 'co' .. t, 'rc' .. t, 'bf' .. t, 'mb' .. t)
      for i, name in ipairs({ 'co', 'rc', 'bf', 'mb' }) do
        if d[i] then flat[#flat + 1] = name .. t flat[#flat + 1] = d[i] end
      end
    end
  end
  out[#out + 1] = { item, flat }
end
local more = redis.call('ZCOUNT', due, '-inf', int(now))
if more > 0 and probe == '0' and redis.call('ZCARD', hands) < cap then wake(lane) end
return { 'taken', close(hint_ms), int(now), probe, int(more), out }

-- take: ends leases that are over, then hands out what is due in one lane under the account's gate and cap.
-- ARGV: prefix, lane, account, token, limit, lease_ms, cap, looks (flow=ms,... of those that can be looked up or
--   repeated), hint_ms, bodies (csv), reap_only. account '': a step that calls nobody, without gate and cap
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
local DUE = { due = true, parked = true, pending = true, unknown = true }

local function lost_of(ref, sfx, lost)
  local told = 'workers were lost ' .. lost .. ' times with this document in hand'
  return { step = string.match(lane, '^[^.]*'), kind = 'unreadable', cause = 'workers die with it', message = told }
end
local function end_lease(item, ref, sfx, p)
  local lost = redis.call('HINCRBY', P .. 'd:' .. ref, 'lo' .. sfx, 1)
  local line = { who = 'ledger', what = 'lease ended', times = lost, target = sfx ~= '' and string.sub(sfx, 2) or nil }
  local to, at, fault, cause = again(p), now, nil, nil
  if p.co == 'sending' then
    local look = looks[split_ref(ref)]
    local sent = tonumber(redis.call('HGET', P .. 'd:' .. ref, 'se' .. sfx)) or now
    to, at, line.why = 'unknown', look and math.max(now, sent + look) or nil, 'lost while sending'
    fault = { step = p.st, kind = 'ambiguous', cause = 'worker lost in mid-call',
      message = 'the worker was lost after this was marked as being sent: the partner may have taken it' }
    cause = 'lost-in-call-' .. string.match(lane, '^[^.]*')
  end
  if lost >= MAX_LOST then -- what may have been sent waits for an operator, it does not die
    to, at, fault, cause = p.mb == '1' and 'unknown' or 'dead', nil, lost_of(ref, sfx, lost), 'workers-die'
  end
  leave(ref, sfx, p)
  if fault then
    local text = cjson.encode(fault)
    enter(ref, sfx, p, p.st, to, lane, at, { 'er', text }, { f = cause, t = text })
  else
    enter(ref, sfx, p, p.st, to, lane, at)
  end
  note(ref, cjson.encode(line))
end

for _, item in ipairs(redis.call('ZRANGEBYSCORE', hand, '-inf', int(now), 'LIMIT', 0, 100)) do
  local ref, sfx = split_item(item, lane)
  local p = position(ref, sfx)
  if (p.co ~= 'sending' and p.co ~= 'in_hand') or p.ln ~= lane then
    redis.call('ZREM', hand, item) -- an index entry without its record: the record wins
  elseif tonumber(p.v) <= SCHEMA then
    if not settle_late(ref, sfx, p) then end_lease(item, ref, sfx, p) end
    apply_next(ref)
  end
end
if reap_only then return { 'reaped', close(hint_ms) } end

redis.call('DEL', P .. 'hinted:' .. lane)
woken[lane] = nil -- this very take answers for it
local items, probe = {}, '0'

local function hand_out(item, ref, sfx, p)
  local was = p.co
  leave(ref, sfx, p)
  redis.call('HSET', P .. 'd:' .. ref, 'co' .. sfx, 'in_hand', 'to' .. sfx, token, 'cf' .. sfx, '', 'du' .. sfx, '',
    'was' .. sfx, was, 'un' .. sfx, was == 'unknown' and '1' or '')
  redis.call('ZADD', hand, int(now + lease), item)
  count(ref, p.st, 'in_hand', 1)
  items[#items + 1] = item
end

-- What is due, up to the limit. Records of a newer schema are left alone, wherever they stand in the queue.
local function gather(room)
  local skipped = 0
  for _ = 1, 10 do
    local found = redis.call('ZRANGEBYSCORE', due, '-inf', int(now), 'LIMIT', skipped, room)
    for _, item in ipairs(found) do
      local ref, sfx = split_item(item, lane)
      local p = position(ref, sfx)
      if not DUE[p.co] or p.ln ~= lane then
        redis.call('ZREM', due, item) -- an index entry without its record: the record wins
      elseif tonumber(p.v) > SCHEMA then
        skipped = skipped + 1
      elseif (tonumber(p.lo) or 0) >= ALONE then
        if #items == 0 then hand_out(item, ref, sfx, p) end
        return
      else
        hand_out(item, ref, sfx, p)
        room = room - 1
      end
    end
    if room <= 0 or #found == 0 then return end
  end
end

local repeated = redis.call('LRANGE', P .. 'take:' .. token, 0, -1)
if #repeated > 0 then
  for _, item in ipairs(repeated) do
    local p = position(split_item(item, lane))
    if p.to == token and p.co == 'in_hand' then items[#items + 1] = item end
  end
  if account ~= '' and redis.call('HGET', P .. 'gate:' .. account, 'probe') == token then probe = '1' end
else
  local gate, why, till
  if account ~= '' then -- a step that calls nobody has neither gate nor cap
    gate, why, till = gate_state(account)
    if gate == 'shut' then return { 'shut', close(hint_ms), int(now), why, int(till) } end
    redis.call('ZREMRANGEBYSCORE', hands, '-inf', int(now))
    if redis.call('ZCARD', hands) >= cap then return { 'full', close(hint_ms), int(now) } end
  end
  gather(gate == 'probe' and 1 or limit)
  if #items > 0 then
    redis.call('RPUSH', P .. 'take:' .. token, unpack(items))
    redis.call('PEXPIRE', P .. 'take:' .. token, lease)
    if account ~= '' then redis.call('ZADD', hands, int(now + lease), token) end
    if gate == 'probe' then
      probe = '1'
      redis.call('HSET', P .. 'gate:' .. account, 'probe_until', int(now + lease), 'probe', token)
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
if more > 0 and #items > 0 and probe == '0' and (account == '' or redis.call('ZCARD', hands) < cap) then wake(lane) end
return { 'taken', close(hint_ms), int(now), probe, int(more), out }

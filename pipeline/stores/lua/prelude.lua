-- What every script shares: the clock, positions and their indexes, counts, hints.
-- A position is a document (sfx '') or one of its deliveries (sfx '@target'); its fields in d:{ref} end in sfx.
local P = ARGV[1]
local SCHEMA = 1
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local BUSY = { in_hand = true, sending = true, unknown = true, pending = true }
local LISTED = { waiting = true, held = true, unknown = true, dead = true }
local STEPS = { 'fetch', 'normalize', 'validate', 'push', 'acknowledge' }

local function int(x) return string.format('%.0f', x) end
local function split_ref(ref) return string.match(ref, '^([^:]*):([^:]*):') end

-- a lane's item back into ref and suffix: only push lanes hold deliveries, and only of their own account
local function split_item(item, lane)
  local step, account = string.match(lane, '^([^.]*)%.(.*)$')
  local sfx = '@' .. account
  if step == 'push' and string.sub(item, -#sfx) == sfx then
    return string.sub(item, 1, #item - #sfx), sfx
  end
  return item, ''
end

local tally = {}
local function count(ref, stage, condition, by)
  local flow, source = split_ref(ref)
  local field = flow .. '|' .. source .. '|' .. stage .. '|' .. condition
  tally[field] = (tally[field] or 0) + by
end

-- the day book: per flow and source, how many documents came on a day (UTC, days since 1970), and how many of those
-- have been finished. What came less what is finished must be what is under way (`orderpipe reconcile`).
local days, opened = {}, nil
local function book(ref, word, at, by)
  opened = opened or tonumber(redis.call('HGET', P .. 'meta', 'book')) or 0
  if (tonumber(at) or now) < opened then return end -- it came before there was a book
  local flow, source = split_ref(ref)
  local key = P .. 'days:' .. flow .. ':' .. source
  local field = int(math.floor((tonumber(at) or now) / 86400000)) .. '|' .. word
  days[key] = days[key] or {}
  days[key][field] = (days[key][field] or 0) + by
end

local woken = {}
local known_lanes = {}
local function wake(lane) woken[lane] = true end

local function note(ref, text)
  local key = P .. 't:' .. ref
  local length = redis.call('RPUSH', key, int(now) .. ' ' .. text)
  if length > 220 then
    redis.call('LTRIM', key, -200, -1)
    redis.call('HINCRBY', P .. 'd:' .. ref, 'folded', length - 200)
  end
end

-- stage, condition, lane, token, cause, maybe_sent, attempts, late receipt, receipt, lost, condition when taken, handle,
-- the token whose evidence was heard
local POSITION = { 'st', 'co', 'ln', 'to', 'cf', 'mb', 'at', 'lr', 'rc', 'lo', 'was', 'hd', 'ev' }
local named = {}
local function position(ref, sfx)
  local names = named[sfx]
  if not names then
    names = { 'v' }
    for i, name in ipairs(POSITION) do names[i + 1] = name .. sfx end
    named[sfx] = names
  end
  local got = redis.call('HMGET', P .. 'd:' .. ref, unpack(names))
  local p = { v = got[1] or '' }
  for i, name in ipairs(POSITION) do p[name] = got[i + 1] or '' end
  return p
end

local function forget_cause(item, p)
  if p.cf == '' then return end
  local key = P .. 'cause:' .. p.cf
  redis.call('ZREM', key, item)
  if redis.call('EXISTS', key) == 0 then redis.call('HDEL', P .. 'causes', p.cf) end
  p.cf = ''
end

-- Out of every index that p stands in. The caller writes the new fields.
local function leave(ref, sfx, p)
  if p.co == '' or p.co == 'done' or p.co == 'discarded' then
    if sfx == '' and p.st == 'done' then
      count(ref, 'done', p.co, -1)
      book(ref, p.co, redis.call('HGET', P .. 'd:' .. ref, 'rat'), -1)
    end
    return
  end
  local item = ref .. sfx
  if p.co == 'in_hand' or p.co == 'sending' then
    redis.call('ZREM', P .. 'hand:' .. p.ln, item)
  elseif p.ln ~= '' then
    redis.call('ZREM', P .. 'due:' .. p.ln, item)
  end
  if LISTED[p.co] then
    local flow, source = split_ref(ref)
    redis.call('ZREM', P .. 'c:' .. p.co .. ':' .. flow .. ':' .. source, item)
    redis.call('ZREM', P .. 'deadlines', item)
  end
  forget_cause(item, p)
  count(ref, p.st, p.co, -1)
end

-- Into the indexes of a new condition. `set` is a flat list of further fields (without suffix) to write.
-- due nil: in no due index. Every position's write goes through here.
local function enter(ref, sfx, p, stage, condition, lane, due, set, cause)
  local key = P .. 'd:' .. ref
  local item = ref .. sfx
  local fields = { 'st' .. sfx, stage, 'co' .. sfx, condition, 'ln' .. sfx, lane, 'si' .. sfx, int(now),
    'to' .. sfx, '', 'du' .. sfx, due and int(due) or '', 'cf' .. sfx, cause and cause.f or '', 'upd', int(now) }
  if set then
    for i = 1, #set, 2 do
      fields[#fields + 1] = set[i] .. sfx
      fields[#fields + 1] = set[i + 1]
    end
  end
  redis.call('HSET', key, unpack(fields))
  if due then
    redis.call('ZADD', P .. 'due:' .. lane, int(due), item)
    known_lanes[lane] = true
    if due <= now then wake(lane) end
  end
  if LISTED[condition] then
    local flow, source = split_ref(ref)
    redis.call('ZADD', P .. 'c:' .. condition .. ':' .. flow .. ':' .. source, int(now), item)
    local deadline = redis.call('HGET', key, 'dl')
    if deadline and deadline ~= '' then redis.call('ZADD', P .. 'deadlines', deadline, item) end
  end
  if cause then
    redis.call('ZADD', P .. 'cause:' .. cause.f, int(now), item)
    redis.call('HSET', P .. 'causes', cause.f, cause.t)
  end
  count(ref, stage, condition, 1)
  p.st, p.co, p.ln, p.cf = stage, condition, lane, cause and cause.f or ''
end

local function targets_of(ref)
  local list = {}
  for target in string.gmatch(redis.call('HGET', P .. 'd:' .. ref, 'tg') or '', '[^,]+') do
    list[#list + 1] = target
  end
  return list
end

-- What an item in hand is again when it comes back unfinished: a doubt stays a doubt, a promise a promise.
local function again(p)
  return (p.was == 'unknown' or p.was == 'pending') and p.was or 'due'
end

-- Facts of earlier steps outlive a newer version (accepted, acknowledged), but not a new occurrence.
local function merged(old, new)
  if not old or old == '' or old == '{}' then return new end
  local facts, some = cjson.decode(old), false
  for name, value in pairs(cjson.decode(new)) do facts[name] = value end
  for _ in pairs(facts) do some = true end
  return some and cjson.encode(facts) or '{}' -- an empty table may be encoded as a list
end

-- Something of it is at a partner, or in a worker's hands: a newer version is kept beside.
local function busy(ref)
  if BUSY[redis.call('HGET', P .. 'd:' .. ref, 'co') or ''] then return true end
  for _, target in ipairs(targets_of(ref)) do
    if BUSY[redis.call('HGET', P .. 'd:' .. ref, 'co@' .. target) or ''] then return true end
  end
  return false
end

-- A delivery leaves its indexes and awaits the next routing: as done where its target has some version of it (what
-- was due, or failed, was an update), so that it is never made anew.
local function unroute(ref, sfx, d)
  local key = P .. 'd:' .. ref
  local made = redis.call('HGET', key, 'ok' .. sfx) == '1'
  leave(ref, sfx, d)
  redis.call('HSET', key, 'co' .. sfx, made and 'done' or '', 'st' .. sfx, made and 'done' or d.st, 'er' .. sfx, '',
    'cf' .. sfx, '', 'ln' .. sfx, '', 'at' .. sfx, '0', 'to' .. sfx, '', 'hd' .. sfx, '')
end

-- Begin again at `stage`: deliveries that are not done are taken out of every index and decided anew when routed;
-- what they were sent, their marks and receipts stay. One that is busy (an operator's restart) is left to its holder.
local function restart(ref, stage, lane)
  local key = P .. 'd:' .. ref
  for _, target in ipairs(targets_of(ref)) do
    local sfx = '@' .. target
    local d = position(ref, sfx)
    if d.co ~= 'done' and d.co ~= '' and not BUSY[d.co] then -- what is at a partner is settled first
      unroute(ref, sfx, d)
    end
  end
  local p = position(ref, '')
  leave(ref, '', p)
  redis.call('PERSIST', key)
  redis.call('PERSIST', P .. 't:' .. ref)
  redis.call('HDEL', key, 'hop', 'hst', 'hln')
  enter(ref, '', p, stage, 'due', lane, now, { 'at', '0', 'er', '', 'lo', '0', 'hd', '', 'lr', '' })
end

-- A version that came while the record was busy takes its place as soon as it is not.
local function apply_next(ref)
  local key = P .. 'd:' .. ref
  local n = redis.call('HMGET', key, 'nraw', 'nfp', 'nver', 'nst', 'nln', 'nfa', 'ndl', 'nocc', 'fa', 'hop', 'co')
  if not n[1] or busy(ref) then return end
  redis.call('HDEL', key, 'nraw', 'nfp', 'nver', 'nst', 'nln', 'nfa', 'ndl', 'nocc')
  redis.call('HSET', key, 'raw', n[1], 'fp', n[2], 'ver', n[3], 'fa', n[8] == '1' and n[6] or merged(n[9], n[6]))
  if n[7] and n[7] ~= '' then redis.call('HSET', key, 'dl', n[7]) end
  if n[10] == '1' and n[11] == 'held' then -- an operator's hold does not end by itself
    redis.call('HSET', key, 'hst', n[4], 'hln', n[5])
    note(ref, '{"who":"ledger","what":"newer version received while held"}')
    return
  end
  restart(ref, n[4], n[5])
  note(ref, '{"who":"ledger","what":"newer version applied"}')
end

-- The document is over: its line keeps it known, its bodies go after keep.
-- f: { fk, fttl, id, line, xk, xid, keep }; left: the caller has taken it out of its indexes already
local function finish(ref, condition, f, left)
  local key = P .. 'd:' .. ref
  if not left then leave(ref, '', position(ref, '')) end
  redis.call('HSET', key, 'st', 'done', 'co', condition, 'ln', '', 'to', '', 'du', '', 'er', '', 'cf', '',
    'mb', '', 'un', '', 'hd', '', 'lr', '', 'hop', '', 'si', int(now), 'upd', int(now))
  count(ref, 'done', condition, 1)
  book(ref, condition, redis.call('HGET', key, 'rat'), 1)
  -- the line's flags (byte 21): 1 discarded, 2 a target has it or may have it; settled by the record, not by the caller
  local flags = string.byte(f.line, 21)
  local old = redis.call('HGET', key, 'old') -- the line of an earlier life
  local sent, only = string.sub(f.line, 7, 12), targets_of(ref)
  if sent == string.rep('\0', 6) and #only == 1 then -- what was found by hand
    local hex = redis.call('HGET', key, 'bf@' .. only[1]) or ''
    if #hex == 12 then sent = string.gsub(hex, '..', function(pair) return string.char(tonumber(pair, 16)) end) end
  end
  local pushed = flags % 4 >= 2 or (old and string.byte(old, 21) % 4 >= 2)
  for _, target in ipairs(pushed and {} or targets_of(ref)) do
    local t = '@' .. target
    local d = redis.call('HMGET', key, 'co' .. t, 'rc' .. t, 'mb' .. t)
    pushed = pushed or d[1] == 'done' or (d[2] or '') ~= '' or d[3] == '1'
  end
  flags = flags - flags % 4 + (condition == 'discarded' and 1 or 0) + (pushed and 2 or 0)
  redis.call('HSET', f.fk, f.id, string.sub(f.line, 1, 6) .. sent ..
    string.sub(f.line, 13, 20) .. string.char(flags) .. string.sub(f.line, 22))
  redis.call('EXPIRE', f.fk, f.fttl)
  if f.xk then
    redis.call('HSET', f.xk, f.xid, f.id)
    redis.call('EXPIRE', f.xk, f.fttl)
  end
  redis.call('PEXPIRE', key, f.keep)
  redis.call('PEXPIRE', P .. 't:' .. ref, f.keep)
end

-- A delivery has come to an end: are all required ones in? Then the document is acknowledged, once.
-- al: its acknowledge lane; finished: gives what finish wants.
local function after_delivery(ref, al, finished)
  local key = P .. 'd:' .. ref
  local p = position(ref, '')
  local required, open, taken = {}, 0, 0
  for target in string.gmatch(redis.call('HGET', key, 'rq') or '', '[^,]+') do required[target] = true end
  for _, target in ipairs(targets_of(ref)) do
    local co = redis.call('HGET', key, 'co@' .. target) or ''
    if co == 'done' then taken = taken + 1 end
    if co ~= 'done' and co ~= 'discarded' and co ~= '' then -- '': a target of an earlier routing
      open = open + 1
      if required[target] then return end
    end
  end
  if p.st == 'push' then
    if taken > 0 then
      enter(ref, '', p, 'acknowledge', 'due', al, now, { 'at', '0', 'er', '', 'lo', '0' })
    elseif open == 0 then
      finish(ref, 'discarded', finished())
    end
  elseif p.st == 'acknowledge' and p.co == 'done' and open == 0 then
    finish(ref, 'done', finished())
  end
end

-- A delivery's end (leaves its indexes): taken by its target, or given up (e.dc). Then the document may go on.
-- e: rc, bf, dc, al; token: whose word it is; finished: gives what finish wants.
local function delivered(ref, sfx, p, e, token, finished)
  local key = P .. 'd:' .. ref
  leave(ref, sfx, p)
  local set = { 'co' .. sfx, e.dc and 'discarded' or 'done', 'st' .. sfx, 'done', 'rc' .. sfx, e.rc or p.rc,
    'to' .. sfx, '', 'er' .. sfx, '', 'cf' .. sfx, '', 'lr' .. sfx, '', 'un' .. sfx, '', 'hd' .. sfx, '',
    'lo' .. sfx, '0', 'at' .. sfx, '0', 'ev' .. sfx, token, 'si' .. sfx, int(now), 'upd', int(now) }
  local sent = e.bf
  if not e.dc then
    sent = sent or redis.call('HGET', key, 'sf' .. sfx) -- found by hand: what the marked call was to send
    set[#set + 1] = 'mb' .. sfx set[#set + 1] = '1'
    set[#set + 1] = 'op' .. sfx set[#set + 1] = ''
    set[#set + 1] = 'ok' .. sfx set[#set + 1] = '1'
  end
  if sent then set[#set + 1] = 'bf' .. sfx set[#set + 1] = sent end
  redis.call('HSET', key, unpack(set))
  after_delivery(ref, e.al, finished)
end

-- The document's own way is over (it has left its indexes). Optional deliveries still on their way keep it alive.
local function over(ref, p, condition, finished)
  for _, target in ipairs(targets_of(ref)) do
    local co = redis.call('HGET', P .. 'd:' .. ref, 'co@' .. target) or ''
    if co ~= 'done' and co ~= 'discarded' and co ~= '' then
      redis.call('HSET', P .. 'd:' .. ref, 'co', 'done', 'st', 'acknowledge', 'ln', '', 'to', '', 'er', '', 'cf', '',
        'mb', '', 'un', '', 'hd', '', 'lr', '', 'at', '0', 'si', int(now), 'upd', int(now))
      return
    end
  end
  finish(ref, condition, finished(), true)
end

-- A receipt came while another held it, who now gives it up (or died): the receipt is its end. True if there is one.
local function settle_late(ref, sfx, p)
  if p.lr == '' then return false end
  local key = P .. 'd:' .. ref
  local kept = redis.call('HMGET', key, 'le' .. sfx, 'll' .. sfx)
  local e = cjson.decode(kept[1])
  e.f.line = kept[2]
  redis.call('HDEL', key, 'le' .. sfx, 'll' .. sfx)
  note(ref, '{"who":"ledger","what":"late receipt settles it"' .. (sfx ~= '' and ',"target":"' .. string.sub(sfx, 2) .. '"' or '') .. '}')
  local function finished() return e.f end
  if sfx == '' then
    leave(ref, sfx, p)
    over(ref, p, 'done', finished)
  else
    delivered(ref, sfx, p, e, p.ev, finished)
  end
  return true
end

-- Last act of every script that moves positions. Answers the lanes whose hint the caller must publish.
local function close(hint_ms)
  for field, by in pairs(tally) do
    if by ~= 0 and redis.call('HINCRBY', P .. 'counts', field, by) == 0 then
      redis.call('HDEL', P .. 'counts', field)
    end
  end
  for key, fields in pairs(days) do
    for field, by in pairs(fields) do
      if by ~= 0 then redis.call('HINCRBY', key, field, by) end
    end
  end
  for lane in pairs(known_lanes) do redis.call('SADD', P .. 'lanes', lane) end
  local hints = {}
  if hint_ms == 0 then return hints end -- the caller publishes none: the next dispatch finds the work
  for lane in pairs(woken) do
    if redis.call('SET', P .. 'hinted:' .. lane, '1', 'NX', 'PX', hint_ms) then hints[#hints + 1] = lane end
  end
  return hints
end

-- nil when open; else until (ms, 0 = until opened) and why. probing: the gate's time is over, one may try.
local function gate_state(account)
  local g = redis.call('HMGET', P .. 'gate:' .. account, 'until', 'why', 'probe_until')
  if not g[1] then return nil end
  local till = tonumber(g[1])
  if till == 0 or till > now then return 'shut', g[2], till end
  if g[3] and tonumber(g[3]) > now then return 'shut', g[2], tonumber(g[3]) end
  return 'probe', g[2], till
end

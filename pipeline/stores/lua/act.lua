-- act: an operator's act on one position, with its audit line, if its condition allows.
-- ARGV: prefix, hint_ms, ref, suffix, act, allowed conditions (csv), timeline line, header (JSON), line body,
--   overrides, overrides as they were read
--   header: once (the act's own id); st, ln where to begin again; er, cf, ct the fault of a hold; f finished line;
--   al acknowledge lane; rc receipt
-- Answers {'done', lanes}, {'none'}, {'no', condition}, {'stale'} (overrides were edited meanwhile).
-- Safe to run twice: the record remembers the last act's id.
local hint_ms, ref, sfx, act = tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local e = cjson.decode(ARGV[8])
local key = P .. 'd:' .. ref
local p = position(ref, sfx)
if p.st == '' then return { 'none' } end
if redis.call('HGET', key, 'ao') == e.once then return { 'done', {} } end

local HANDS = { in_hand = true, sending = true }
local function in_hands()
  local list = { '' }
  for _, target in ipairs(targets_of(ref)) do list[#list + 1] = '@' .. target end
  for _, s in ipairs(list) do
    local co = redis.call('HGET', key, 'co' .. s)
    if co and HANDS[co] then return co end
  end
  return nil
end
local function line_of()
  return { fk = e.f.fk, fttl = e.f.fttl, id = e.f.id, line = ARGV[9], xk = e.f.xk, xid = e.f.xid, keep = e.f.keep }
end

-- first everything that may forbid it: Lua is not rolled back
local free = act == 'note' or act == 'edit' or act == 'adopt'
if not free and (p.co == '' or not string.find(',' .. ARGV[6] .. ',', ',' .. p.co .. ',', 1, true)) then
  return { 'no', p.co }
end
if p.co == 'discarded' and not free and redis.call('HGET', key, 'op' .. sfx) ~= 'discarded' then return { 'no', p.co } end
if act == 'edit' or act == 'restart' or (sfx == '' and (act == 'hold' or act == 'discard')) then
  local co = in_hands()
  if co then return { 'no', co } end
end
if act == 'restart' and sfx ~= '' then -- its document's own write (an acknowledge) is settled first
  local co = redis.call('HGET', key, 'co') or ''
  if BUSY[co] then return { 'no', co } end
end
if act == 'edit' then
  if redis.call('HGET', key, 'st') == 'done' then return { 'no', 'done' } end
  if (redis.call('HGET', key, 'ovr') or '') ~= ARGV[11] then return { 'stale' } end
end
if act == 'found' or act == 'absent' then
  if p.co ~= 'unknown' and p.mb ~= '1' then return { 'no', 'unmarked' } end
  if act == 'absent' and p.lr ~= '' then return { 'no', 'receipt' } end
end

local DO = {}
function DO.note() end
function DO.edit() redis.call('HSET', key, 'ovr', ARGV[10], 'upd', int(now)) end
function DO.adopt() redis.call('HSET', key, 'mb' .. sfx, '1') end -- restored: it may have been sent since the backup

function DO.restart()
  local kept = redis.call('HMGET', key, 'hst', 'hln') -- where a version that came during a hold begins
  redis.call('HDEL', key, 'hop', 'hst', 'hln', 'op', 'op' .. sfx)
  restart(ref, kept[1] or e.st, kept[1] and kept[2] or e.ln)
end

function DO.again() -- due now, in its own stage; a mark stays, so an unknown one is looked up first
  local to = (p.co == 'unknown' or p.co == 'pending') and p.co or 'due'
  redis.call('HDEL', key, 'hop', 'hst', 'hln', 'op' .. sfx)
  local handle = (p.co == 'dead' or p.co == 'held') and '' or p.hd -- a promise that came to nothing is over
  leave(ref, sfx, p)
  enter(ref, sfx, p, p.st, to, p.ln, now, { 'at', '0', 'er', '', 'lo', '0', 'hd', handle })
end

function DO.hold() -- a newer version does not end it: receive looks at `hop`, routing at `op` of a delivery
  leave(ref, sfx, p)
  if sfx == '' then redis.call('HSET', key, 'hop', '1') else redis.call('HSET', key, 'op' .. sfx, 'held') end
  enter(ref, sfx, p, p.st, 'held', p.ln, nil, { 'er', e.er }, { f = e.cf, t = e.ct })
end

function DO.absent()
  leave(ref, sfx, p)
  redis.call('HDEL', key, 'op' .. sfx)
  enter(ref, sfx, p, p.st, 'due', p.ln, now, { 'mb', '', 'un', '', 'er', '', 'at', '0', 'hd', '' })
end

function DO.found()
  if sfx ~= '' then
    delivered(ref, sfx, p, { rc = e.rc, al = e.al }, '', line_of)
    return
  end
  leave(ref, sfx, p)
  if p.st == 'acknowledge' then
    over(ref, p, 'done', line_of)
  else -- our accept is in: the order comes again, released
    enter(ref, sfx, p, p.st, 'waiting', p.ln, nil, { 'mb', '', 'un', '', 'er', '', 'wf', 'released' })
  end
end

function DO.discard()
  if sfx ~= '' then
    redis.call('HSET', key, 'op' .. sfx, 'discarded', 'du' .. sfx, '')
    delivered(ref, sfx, p, { dc = true, al = e.al }, '', line_of)
    return
  end
  leave(ref, sfx, p)
  for _, target in ipairs(targets_of(ref)) do
    local t = '@' .. target
    local d = position(ref, t)
    if d.co ~= 'done' then
      leave(ref, t, d)
      redis.call('HSET', key, 'co' .. t, 'discarded', 'st' .. t, 'done', 'er' .. t, '', 'cf' .. t, '', 'du' .. t, '')
    end
  end
  -- a version kept beside goes with it, and `op` keeps later ones from bringing it back
  redis.call('HDEL', key, 'nraw', 'nfp', 'nver', 'nst', 'nln', 'nfa', 'ndl', 'nocc', 'hst', 'hln')
  redis.call('HSET', key, 'op', 'discarded')
  finish(ref, 'discarded', line_of(), true)
end

DO[act]()
redis.call('HSET', key, 'ao', e.once)
note(ref, ARGV[7])
if not free then apply_next(ref) end
return { 'done', close(hint_ms) }

-- settle: ends items for their holder, and moves each on.
-- ARGV: prefix, token, hint_ms, header (JSON list), body...   A header entry e:
--   i item, r ref, s suffix, k kind, tl timeline line; st, ln next stage and lane; b, fb indexes of bodies (from 1);
--   tg list of deliveries {t, ln, q(required), k: push | done | held, er, cf, ct}; bf, rc, fa, er, cf, ct, un, dly,
--   dl, hd, lk, sp; f finished line
-- Safe to run twice: the second time the token is no longer the holder's, and the receipt is the one that is there.
local token, hint_ms = ARGV[2], tonumber(ARGV[3])
local entries = cjson.decode(ARGV[4])
local BODY = 4
local lost = {}

local function finished_of(e)
  local f = e.f
  return { fk = f.fk, fttl = f.fttl, id = f.id, line = ARGV[BODY + f.line], xk = f.xk, xid = f.xid, keep = f.keep }
end

local function cause_of(e)
  if not e.cf then return nil end
  return { f = e.cf, t = e.ct }
end

local function advance(e, p)
  local ref, sfx = e.r, e.s
  local key = P .. 'd:' .. ref
  local set = { 'at', '0', 'er', '', 'lo', '0', 'hd', '', 'lr', '', 'un', '' }
  leave(ref, sfx, p)
  if e.b then redis.call('HSET', key, 'doc', ARGV[BODY + e.b]) end
  if e.rb then redis.call('HSET', key, 'raw', ARGV[BODY + e.rb]) end
  if e.fa then redis.call('HSET', key, 'fa', e.fa) end
  if e.dl then redis.call('HSET', key, 'dl', e.dl) end
  if sfx ~= '' then
    redis.call('HSET', key, 'rc' .. sfx, e.rc or p.rc, 'bf' .. sfx, e.bf or redis.call('HGET', key, 'bf' .. sfx) or '',
      'co' .. sfx, e.dc and 'discarded' or 'done', 'st' .. sfx, 'done', 'to' .. sfx, '', 'er' .. sfx, '',
      'cf' .. sfx, '', 'lr' .. sfx, '', 'un' .. sfx, '', 'si' .. sfx, int(now), 'upd', int(now))
    if not e.dc then redis.call('HSET', key, 'mb' .. sfx, '1') end
    after_delivery(ref, e.al, function() return finished_of(e) end)
  elseif e.tg then
    local names, required = {}, {}
    for _, d in ipairs(e.tg) do
      names[#names + 1] = d.t
      if d.q then required[#required + 1] = d.t end
    end
    redis.call('HSET', key, 'st', 'push', 'co', '', 'to', '', 'er', '', 'mb', '', 'un', '', 'at', '0', 'ln', '',
      'tg', table.concat(names, ','), 'rq', table.concat(required, ','), 'upd', int(now))
    for _, d in ipairs(e.tg) do
      local t = '@' .. d.t
      local q = position(ref, t)
      if not BUSY[q.co] then
        leave(ref, t, q)
        if d.k == 'push' then
          enter(ref, t, q, 'push', 'due', d.ln, now, { 'at', '0', 'er', '', 'mb', d.mb and '1' or q.mb })
        elseif d.k == 'held' then
          enter(ref, t, q, 'push', 'held', d.ln, nil, { 'er', d.er }, { f = d.cf, t = d.ct })
        else
          redis.call('HSET', key, 'co' .. t, d.k, 'st' .. t, 'done', 'er' .. t, '', 'si' .. t, int(now))
          if d.bf then redis.call('HSET', key, 'bf' .. t, d.bf) end
          if d.rc then redis.call('HSET', key, 'rc' .. t, d.rc) end
        end
      end
    end
    after_delivery(ref, e.al, function() return finished_of(e) end)
  elseif e.st then
    if e.ok then set[#set + 1] = 'mb' set[#set + 1] = '' end
    enter(ref, sfx, p, e.st, 'due', e.ln, now, set)
  else
    local open = 0
    for _, target in ipairs(targets_of(ref)) do
      local co = redis.call('HGET', key, 'co@' .. target) or ''
      if co ~= 'done' and co ~= 'discarded' and co ~= '' then open = open + 1 end
    end
    if open > 0 and p.st == 'acknowledge' then
      redis.call('HSET', key, 'co', 'done', 'st', 'acknowledge', 'to', '', 'er', '', 'upd', int(now))
    else
      finish(ref, e.dc and 'discarded' or 'done', finished_of(e), true)
    end
  end
end

local KIND = {}
function KIND.park(e, p)
  local spent = e.sp and (tonumber(p.at) or 0) + 1 or (tonumber(p.at) or 0)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'parked', p.ln, e.un and tonumber(e.un) or now + e.dly,
    { 'at', int(spent), 'er', e.er, 'un', '', 'mb', e.ns and '' or p.mb }, cause_of(e))
end
function KIND.pend(e, p)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'pending', p.ln, now + e.dly, { 'hd', e.hd, 'un', '', 'er', '' })
end
function KIND.wait(e, p)
  leave(e.r, e.s, p)
  if e.b then redis.call('HSET', P .. 'd:' .. e.r, 'doc', ARGV[BODY + e.b]) end
  redis.call('HSET', P .. 'd:' .. e.r, 'dl', e.dl or '')
  enter(e.r, e.s, p, p.st, 'waiting', p.ln, nil, { 'er', '', 'un', '', 'wf', e.wf or '', 'mb', e.ok and '' or p.mb })
end
local function stop(e, p, condition)
  leave(e.r, e.s, p)
  if e.b then redis.call('HSET', P .. 'd:' .. e.r, 'doc', ARGV[BODY + e.b]) end
  if e.dl then redis.call('HSET', P .. 'd:' .. e.r, 'dl', e.dl) end
  local spent = e.sp and (tonumber(p.at) or 0) + 1 or (tonumber(p.at) or 0)
  enter(e.r, e.s, p, p.st, condition, p.ln, nil,
    { 'at', int(spent), 'er', e.er, 'un', '', 'mb', e.ns and '' or p.mb }, cause_of(e))
end
function KIND.hold(e, p) stop(e, p, 'held') end
function KIND.die(e, p) stop(e, p, 'dead') end
function KIND.unk(e, p)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'unknown', p.ln, e.lk and now + e.lk or nil,
    { 'er', e.er, 'mb', '1', 'at', int((tonumber(p.at) or 0) + (e.sp and 1 or 0)) }, cause_of(e))
end
function KIND.back(e, p)
  local was_unknown = redis.call('HGET', P .. 'd:' .. e.r, 'un' .. e.s) == '1' and not e.ns
  local kept = redis.call('HGET', P .. 'd:' .. e.r, 'hd' .. e.s) or ''
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, was_unknown and 'unknown' or (kept ~= '' and 'pending' or 'due'), p.ln,
    now + (e.dly or 0), { 'mb', e.ns and '' or p.mb })
end

for _, e in ipairs(entries) do
  local p = position(e.r, e.s)
  if p.to == token and (p.co == 'in_hand' or p.co == 'sending') then
    if p.lr ~= '' and e.k ~= 'adv' then
      -- a receipt came in from an earlier holder while this one looked or sent: it is the truth
      e.k, e.rc, e.tl = 'adv', p.lr, '{"who":"ledger","what":"late receipt settles it"}'
    end
    if e.tl then note(e.r, e.tl) end
    if e.k == 'adv' then advance(e, p) else KIND[e.k](e, p) end
    apply_next(e.r)
  elseif e.k == 'adv' and e.ev and e.s ~= '' and p.co ~= 'done' and p.co ~= '' then
    -- evidence is never refused: the record was taken over, yet the partner has said yes
    redis.call('HSET', P .. 'd:' .. e.r, 'rc' .. e.s, e.rc or '', 'mb' .. e.s, '1')
    note(e.r, e.lt)
    if p.co == 'unknown' or p.co == 'due' or p.co == 'parked' then
      advance(e, p)
      apply_next(e.r)
    else
      redis.call('HSET', P .. 'd:' .. e.r, 'lr' .. e.s, e.rc ~= '' and e.rc or '-')
    end
  else
    lost[#lost + 1] = e.i
  end
end
return { close(hint_ms), lost }

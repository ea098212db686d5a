//! Days of field work: where somebody stood and when, and what they wrote about it.
//!
//! All of it follows from numbers, so that each run measures the same work. It must not pack better
//! than real work does: no two notes are alike, no two fixes are the same, the places come in no
//! order, and ids and times are as random as those that a phone makes.

use anyhow::Context;
use uuid::{Builder, Uuid};
use xunfang_domain::{FindingId, Fix, OpId, Point, PositionEvidence, UnixMillis, Wgs84};

use crate::device::Numbers;

/// Shortest and longest note, in characters.
const NOTE_CHARS: std::ops::RangeInclusive<usize> = 10..=40;
/// Notes that are tried until one is as long as it should be; nine of ten are.
const NOTES_TRIED: usize = 1_000;

/// When the work begins: 2026-11-23, 08:00 in China.
pub(crate) const BEGAN: UnixMillis = UnixMillis::new(1_795_392_000_000);
/// Shortest and longest time between two photos, in milliseconds: 2 to 9 minutes.
const BETWEEN_MS: (u64, u64) = (120_000, 540_000);
/// Shortest and longest time from a photo to saving its finding, in milliseconds.
const WRITING_MS: (u64, u64) = (8_000, 90_000);
/// Youngest and oldest fix, in milliseconds.
const FIX_AGE_MS: (u64, u64) = (100, 3_000);

/// How far from its point a finding lies at most, in metres.
const REACH_M: f64 = 450.0;
/// How far somebody walks while writing, in metres.
const STEP_M: f64 = 12.0;
/// Decimals of a degree that receivers tell: the seventh is 1 cm.
const DEGREE_PARTS: f64 = 1e7;
/// Best and worst accuracy, in tenths of a metre.
const ACCURACY_DM: (u64, u64) = (30, 180);

const STREETS: &str = "虹桥 汴河 花园 清水 中山 人民 建设 泗州 桃园 古汴 朝阳 长江 淮河 解放 胜利 \
    北京 南柳 东关 西城 迎宾 青年 文化 健康 和平 团结 光明 新华 工农 康复 龙湖 石龙 柳山";
const KINDS: &str = "路 街 巷 大道 小区 市场";
const SIDES: &str = "东侧 西侧 南门 北门 门前 路口 楼道内 人行道上 停车场入口 后巷 公厕旁 学校对面 \
    公交站旁 菜场门口 地下车库 广场东南角";
const THINGS: &str = "井盖 垃圾桶 共享单车 电动车 架空线缆 户外广告牌 绿化带 人行道地砖 路灯杆 \
    消防栓 配电箱 公益宣传栏 遮阳棚 隔离护栏 盲道 公交站牌 化粪池盖板 雨水篦子 外墙面 卷帘门 灭火器 \
    安全出口 充电桩 晾衣绳 快递包裹 建筑垃圾 生活垃圾 烟头纸屑 小广告 流动摊贩 占道桌椅 地面油污";
const FAULTS: &str = "破损松动 下沉开裂 满溢无人清运 乱停乱放 下垂过低 整块缺失 遮挡行车视线 黄土裸露 \
    被杂物占用 锈蚀严重 没有任何标识 积水发臭 已过检查日期 被完全堵塞 边角脱落 明显倾斜 堆放过夜 \
    未按要求分类 无人看管 私自拉接 字迹褪色看不清 影响行人通行 占压消防通道 长期未清理 沿街晾晒 \
    覆盖不严 随意张贴 油烟直排 犬只未拴绳 噪声扰民 高空坠物风险 夜间不亮";
const EXTENTS: &str = "约#处 共#个 长约#米 面积约#平方米 已有#天 其中#处较重 涉及#户 间距不足#米";
const REMARKS: &str = "已当面告知店主 请环卫尽快清理 居民反映多次 上周整改后又反弹 建议加设围挡 \
    存在安全隐患 物业称下周处理 现场无责任人 已拍照留证 请转城管中队 雨后更明显 学生放学时最严重 \
    与上次相同 需更换新件 商户表示配合 待复查";

/// One finding before it is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) finding: FindingId,
    pub(crate) op: OpId,
    pub(crate) point: Point,
    /// Code of the criterion that is not met.
    pub(crate) criterion: String,
    pub(crate) note: String,
    /// When the photo was taken.
    pub(crate) taken_at: UnixMillis,
    /// Where the phone was then.
    pub(crate) taken_from: PositionEvidence,
    /// When the finding was saved.
    pub(crate) saved_at: UnixMillis,
    /// Where the phone was then.
    pub(crate) saved_from: PositionEvidence,
}

/// Somebody's way from finding to finding.
#[derive(Debug)]
pub(crate) struct FieldWork {
    points: Vec<Point>,
    criteria: Vec<String>,
    numbers: Numbers,
    now: UnixMillis,
}

impl FieldWork {
    /// Begins the way around these points, looking for these criteria.
    pub(crate) const fn begin(points: Vec<Point>, criteria: Vec<String>) -> Self {
        Self {
            points,
            criteria,
            numbers: Numbers::new(7),
            now: BEGAN,
        }
    }

    /// Goes on to the next finding.
    pub(crate) fn next_visit(&mut self) -> anyhow::Result<Visit> {
        let point = one_of(&self.points, &mut self.numbers)?.clone();
        let criterion = one_of(&self.criteria, &mut self.numbers)?.clone();
        let taken_at = self.after(BETWEEN_MS);
        let place = self.near(point.place, REACH_M);
        let taken_from = self.fix(place, taken_at)?;
        let saved_at = self.after(WRITING_MS);
        let place = self.near(place, STEP_M);
        let saved_from = self.fix(place, saved_at)?;
        Ok(Visit {
            // The photo names its finding, so that the name is as old as the photo.
            finding: FindingId::from_uuid(self.fresh_id(taken_at)),
            op: OpId::from_uuid(self.fresh_id(saved_at)),
            note: note(&mut self.numbers)?,
            point,
            criterion,
            taken_at,
            taken_from,
            saved_at,
            saved_from,
        })
    }

    /// Lets time pass.
    fn after(&mut self, least_and_most_ms: (u64, u64)) -> UnixMillis {
        let passes = between(&mut self.numbers, least_and_most_ms);
        self.now = self.now.plus_ms(i64::try_from(passes).unwrap_or(0));
        self.now
    }

    fn near(&mut self, place: Wgs84, most_m: f64) -> Wgs84 {
        let bearing = self.numbers.part() * 360.0;
        place.towards(bearing, self.numbers.part() * most_m)
    }

    fn fix(&mut self, place: Wgs84, at: UnixMillis) -> anyhow::Result<PositionEvidence> {
        let told = |degrees: f64| (degrees * DEGREE_PARTS).round() / DEGREE_PARTS;
        let age = i64::try_from(between(&mut self.numbers, FIX_AGE_MS))?;
        let accuracy_dm = u32::try_from(between(&mut self.numbers, ACCURACY_DM))?;
        Ok(PositionEvidence::Measured {
            fix: Fix {
                place: Wgs84::new(told(place.lat()), told(place.lng()))?,
                accuracy_m: f64::from(accuracy_dm) / 10.0,
                provider: "gps".to_owned(),
                taken_at: at.plus_ms(-age),
                mock: false,
            },
        })
    }

    fn fresh_id(&mut self, at: UnixMillis) -> Uuid {
        fresh_id(&mut self.numbers, at)
    }
}

/// An id as phones draw it: the time, and random bits.
pub(crate) fn fresh_id(numbers: &mut Numbers, at: UnixMillis) -> Uuid {
    let mut tail = [0; 10];
    let random = [numbers.next(), numbers.next()].map(u64::to_be_bytes);
    for (to, from) in tail.iter_mut().zip(random.into_iter().flatten()) {
        *to = from;
    }
    Builder::from_unix_timestamp_millis(at.get().unsigned_abs(), &tail).into_uuid()
}

fn one_of<'a, T>(all: &'a [T], numbers: &mut Numbers) -> anyhow::Result<&'a T> {
    let place = usize::try_from(numbers.below(all.len() as u64))?;
    all.get(place).context("there is nothing to choose from")
}

fn between(numbers: &mut Numbers, (least, most): (u64, u64)) -> u64 {
    least + numbers.below(most.saturating_sub(least) + 1)
}

/// Writes a note.
fn note(numbers: &mut Numbers) -> anyhow::Result<String> {
    for _ in 0..NOTES_TRIED {
        let note = some_note(numbers)?;
        if NOTE_CHARS.contains(&note.chars().count()) {
            return Ok(note);
        }
    }
    anyhow::bail!("no note is as long as it should be")
}

fn some_note(numbers: &mut Numbers) -> anyhow::Result<String> {
    fn word(words: &str, numbers: &mut Numbers) -> anyhow::Result<String> {
        let words: Vec<&str> = words.split_whitespace().collect();
        Ok((*one_of(&words, numbers)?).to_owned())
    }
    let mut note = String::new();
    if numbers.below(10) < 7 {
        note += &word(STREETS, numbers)?;
        note += &word(KINDS, numbers)?;
        if numbers.below(10) < 6 {
            note += &format!("{}号", between(numbers, (1, 399)));
        }
    }
    if numbers.below(10) < 8 {
        note += &word(SIDES, numbers)?;
    }
    note += &word(THINGS, numbers)?;
    note += &word(FAULTS, numbers)?;
    if numbers.below(2) == 0 {
        let many = between(numbers, (2, 30)).to_string();
        note += &format!("，{}", word(EXTENTS, numbers)?.replace('#', &many));
    }
    if numbers.below(2) == 0 {
        note += &format!("，{}", word(REMARKS, numbers)?);
    }
    if numbers.below(3) == 0 {
        note.push('。');
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn notes_are_of_10_to_40_characters_and_hardly_ever_alike() {
        let mut numbers = Numbers::new(1);
        let notes: Vec<String> = (0..1_000).map(|_| note(&mut numbers).unwrap()).collect();
        let lengths: HashSet<usize> = notes.iter().map(|note| note.chars().count()).collect();
        assert!(lengths.iter().all(|length| NOTE_CHARS.contains(length)));
        assert!(lengths.len() > 20, "{lengths:?}");
        let distinct: HashSet<&String> = notes.iter().collect();
        assert!(distinct.len() > 990, "{}", distinct.len());
    }

    #[test]
    fn ids_are_in_the_order_of_their_time_and_never_the_same() {
        let mut numbers = Numbers::new(1);
        let ids: Vec<Uuid> = (0..100)
            .map(|after| fresh_id(&mut numbers, BEGAN.plus_ms(after)))
            .collect();
        assert!(ids.is_sorted());
        let distinct: HashSet<&Uuid> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn somebody_who_finds_nothing_to_do_is_told() {
        assert!(
            FieldWork::begin(Vec::new(), Vec::new())
                .next_visit()
                .is_err()
        );
    }
}

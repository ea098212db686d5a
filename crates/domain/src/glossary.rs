//! The field's terms and the one English word each has in the code.

/// A Chinese term of the field and its name in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Name in code and in the English interface.
    pub en: &'static str,
    /// The term as inspectors say it.
    pub zh: &'static str,
}

const fn term(en: &'static str, zh: &'static str) -> Term {
    Term { en, zh }
}

/// Every term, in the order of a working day.
pub const GLOSSARY: [Term; 35] = [
    term("District", "辖区"),
    term("Unit", "责任单位"),
    term("Person", "人员"),
    term("Role", "角色"),
    term("Point", "点位"),
    term("PointType", "点位类型"),
    term("Zone", "检测范围"),
    term("Standard", "测评标准"),
    term("Profile", "地方方案"),
    term("Criterion", "测评项"),
    term("Excuse", "豁免/自动符合"),
    term("Checklist", "检查清单"),
    term("Inspection", "巡查"),
    term("Answer", "检查结果"),
    term("Verdict", "判定"),
    term("Coverage", "覆盖"),
    term("Finding", "问题"),
    term("Photo", "照片"),
    term("PhotoEvidence", "照片凭证"),
    term("Watermark", "水印"),
    term("PhotoCode", "验证码"),
    term("Patrol", "巡访"),
    term("Track", "轨迹"),
    term("Shift", "班次"),
    term("DutyRecord", "值守记录"),
    term("Tally", "计数"),
    term("Review", "审核"),
    term("Revision", "补充"),
    term("Case", "案卷"),
    term("Order", "交办单/督办单"),
    term("Rectification", "整改"),
    term("Recheck", "回头看"),
    term("Closure", "销号"),
    term("Score", "考核得分"),
    term("Bulletin", "通报"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_one_name_and_a_name_one_term() {
        for pick in [|t: &Term| t.en, |t: &Term| t.zh] {
            let mut words: Vec<_> = GLOSSARY.iter().map(pick).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), GLOSSARY.len());
        }
    }

    #[test]
    fn the_readme_prints_the_same_glossary() {
        let readme = include_str!("../../../README.md");
        for Term { en, zh } in GLOSSARY {
            assert!(
                readme.contains(&format!("| {en} | {zh} |")),
                "README lacks {en} {zh}"
            );
        }
    }
}

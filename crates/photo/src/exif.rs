//! What the camera wrote beside the picture, and what the working copy says in its place.
//!
//! Whatever is read here is a claim: anyone can write it. It is compared with what the phone
//! measured and never takes its place.

use exif::experimental::Writer;
use exif::{Exif, Field, In, Rational, Reader, Tag, Value};
use xunfang_domain::{CivilTime, ExifClaims, UnixMillis, Wgs84};

use crate::{Orientation, PhotoError};

/// Longest text that is taken over from a photo, in characters.
const TEXT_CHARS_MAX: usize = 64;

/// Reads what a photo claims of itself. A block that is missing or broken claims nothing: a
/// camera that writes one has still taken a photo.
pub fn claims(bytes: &[u8]) -> ExifClaims {
    let Some(block) = read(bytes) else {
        return ExifClaims::default();
    };
    ExifClaims {
        taken: taken(&block),
        place: place(&block),
        altitude_m: altitude(&block),
        accuracy_m: rational(&block, Tag::GPSHPositioningError).filter(|m| *m >= 0.0),
        direction_deg: rational(&block, Tag::GPSImgDirection).filter(|d| (0.0..=360.0).contains(d)),
        device: device(&block),
    }
}

/// Reads how a photo has to be turned.
pub(crate) fn orientation(bytes: &[u8]) -> Orientation {
    let stored = read(bytes).and_then(|block| {
        let field = block.get_field(Tag::Orientation, In::PRIMARY)?;
        field.value.get_uint(0)
    });
    stored.map_or(Orientation::UPRIGHT, Orientation::of)
}

fn read(bytes: &[u8]) -> Option<Exif> {
    let mut reader = Reader::new();
    // Cameras leave broken fields beside good ones.
    reader.continue_on_error(true);
    match reader.read_from_container(&mut std::io::Cursor::new(bytes)) {
        Ok(block) => Some(block),
        Err(error) => error.distill_partial_result(|_| {}).ok(),
    }
}

fn text(block: &Exif, tag: Tag) -> Option<String> {
    match &block.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => {
            let bytes = parts.first()?;
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
            let clean = text.chars().filter(|c| !c.is_control());
            Some(clean.take(TEXT_CHARS_MAX).collect::<String>()).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}

fn rationals(block: &Exif, tag: Tag) -> Option<Vec<f64>> {
    match &block.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(Rational::to_f64).collect();
            numbers.iter().all(|n| n.is_finite()).then_some(numbers)
        }
        _ => None,
    }
}

fn rational(block: &Exif, tag: Tag) -> Option<f64> {
    rationals(block, tag)?.first().copied()
}

fn device(block: &Exif) -> Option<String> {
    match (text(block, Tag::Make), text(block, Tag::Model)) {
        (Some(make), Some(model)) if model.starts_with(&make) => Some(model),
        (Some(make), Some(model)) => Some(format!("{make} {model}")),
        (make, model) => make.or(model),
    }
}

fn place(block: &Exif) -> Option<Wgs84> {
    let degrees = |value: Tag, reference: Tag, positive: &str, negative: &str| {
        let parts = rationals(block, value)?;
        let size = match *parts.as_slice() {
            [whole, minutes, seconds] => whole + minutes / 60.0 + seconds / 3_600.0,
            _ => return None,
        };
        match text(block, reference)?.to_uppercase() {
            side if side == positive => Some(size),
            side if side == negative => Some(-size),
            _ => None,
        }
    };
    let lat = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "N", "S")?;
    let lng = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "E", "W")?;
    // Receivers without a fix write zeros.
    if lat == 0.0 && lng == 0.0 {
        return None;
    }
    Wgs84::new(lat, lng).ok()
}

fn altitude(block: &Exif) -> Option<f64> {
    let size = rational(block, Tag::GPSAltitude)?;
    let reference = block.get_field(Tag::GPSAltitudeRef, In::PRIMARY);
    let below = reference.and_then(|field| field.value.get_uint(0)) == Some(1);
    Some(if below { -size } else { size })
}

/// The time of the shot: by its own clock with its offset, or else by the satellites' UTC.
fn taken(block: &Exif) -> Option<CivilTime> {
    let local = text(block, Tag::DateTimeOriginal)
        .as_deref()
        .and_then(civil_millis);
    let offset = text(block, Tag::OffsetTimeOriginal)
        .as_deref()
        .and_then(offset_minutes);
    if let (Some(local), Some(minutes)) = (local, offset) {
        return Some(CivilTime {
            local,
            offset_min: Some(minutes),
        });
    }
    let by_satellite = || {
        let date = text(block, Tag::GPSDateStamp)?;
        let [hours, minutes, seconds] = *rationals(block, Tag::GPSTimeStamp)?.as_slice() else {
            return None;
        };
        let day = civil_millis(&format!("{date} 00:00:00"))?;
        let seconds = hours * 3_600.0 + minutes * 60.0 + seconds;
        if !(0.0..86_401.0).contains(&seconds) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most a day in milliseconds"
        )]
        let millis = (seconds * 1_000.0) as i64;
        Some(day.plus_ms(millis))
    };
    match (local, by_satellite()) {
        // A local time without its offset still tells the second; the satellites tell the zone.
        (Some(local), Some(utc)) => {
            let minutes = (local.since(utc) + 450_000).div_euclid(900_000) * 15;
            let sane = i16::try_from(minutes)
                .ok()
                .filter(|m| (-720..=840).contains(m));
            Some(CivilTime {
                local,
                offset_min: sane,
            })
        }
        (Some(local), None) => Some(CivilTime {
            local,
            offset_min: None,
        }),
        (None, Some(utc)) => Some(CivilTime {
            local: utc,
            offset_min: Some(0),
        }),
        (None, None) => None,
    }
}

/// Reads `2026:11:22 16:20:31` as if it were UTC.
fn civil_millis(text: &str) -> Option<UnixMillis> {
    let (date, time) = text.split_once(' ')?;
    let number = |part: &str| part.parse::<u32>().ok();
    let mut date = date.split(':');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let mut time = time.split(':');
    let (hour, minute, second) = (time.next()?, time.next()?, time.next()?);
    // Four digits and no sign, or what is read could not be written again.
    let year = year
        .parse()
        .ok()
        .filter(|year| (1_900..9_999).contains(year))?;
    let day = chrono::NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?;
    let whole = second.split('.').next()?;
    let moment = day.and_hms_opt(number(hour)?, number(minute)?, number(whole)?)?;
    Some(UnixMillis::new(moment.and_utc().timestamp_millis()))
}

/// Reads `+08:00`.
fn offset_minutes(text: &str) -> Option<i16> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (hours.parse::<i16>().ok()?, minutes.parse::<i16>().ok()?);
    let sane = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    sane.then_some(sign * (hours * 60 + minutes))
}

/// Writes the block of a working copy: what is known of the shot, and nothing else of the
/// camera's notes.
///
/// # Errors
/// [`PhotoError::Encode`] where a value cannot be written.
pub(crate) fn block(claims: &ExifClaims, description: &str) -> Result<Vec<u8>, PhotoError> {
    let mut fields = Vec::new();
    let mut put = |tag: Tag, value: Value| {
        fields.push(Field {
            tag,
            ifd_num: In::PRIMARY,
            value,
        });
    };
    let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
    put(Tag::Orientation, Value::Short(vec![1]));
    put(Tag::Software, ascii("Xunfang"));
    if !description.is_empty() {
        put(Tag::ImageDescription, ascii(description));
    }
    if let Some(device) = &claims.device {
        // EXIF texts are ASCII; a name in other letters is left out.
        if device.is_ascii() {
            put(Tag::Model, ascii(device));
        }
    }
    if let Some(taken) = claims.taken {
        let (text, millis) = civil_text(taken.local)?;
        put(Tag::DateTimeOriginal, ascii(&text));
        put(Tag::SubSecTimeOriginal, ascii(&format!("{millis:03}")));
        if let Some(minutes) = taken.offset_min {
            let sign = if minutes < 0 { '-' } else { '+' };
            let size = minutes.unsigned_abs();
            let offset = format!("{sign}{:02}:{:02}", size / 60, size % 60);
            put(Tag::OffsetTimeOriginal, ascii(&offset));
            let utc = taken.local.plus_ms(-i64::from(minutes) * 60_000);
            let (text, millis) = civil_text(utc)?;
            if let Some((date, time)) = text.split_once(' ') {
                put(Tag::GPSDateStamp, ascii(date));
                let mut parts: Vec<Rational> = time
                    .split(':')
                    .filter_map(|part| part.parse().ok())
                    .map(|num| Rational { num, denom: 1 })
                    .collect();
                if let Some(seconds) = parts.last_mut() {
                    *seconds = Rational {
                        num: seconds.num * 1_000 + millis,
                        denom: 1_000,
                    };
                }
                put(Tag::GPSTimeStamp, Value::Rational(parts));
            }
        }
    }
    if let Some(place) = claims.place {
        put(Tag::GPSVersionID, Value::Byte(vec![2, 3, 0, 0]));
        put(Tag::GPSMapDatum, ascii("WGS-84"));
        let side =
            |value: f64, positive, negative| ascii(if value < 0.0 { negative } else { positive });
        put(Tag::GPSLatitudeRef, side(place.lat(), "N", "S"));
        put(Tag::GPSLatitude, degrees(place.lat()));
        put(Tag::GPSLongitudeRef, side(place.lng(), "E", "W"));
        put(Tag::GPSLongitude, degrees(place.lng()));
    }
    if let Some(metres) = claims.altitude_m {
        put(
            Tag::GPSAltitudeRef,
            Value::Byte(vec![u8::from(metres < 0.0)]),
        );
        put(
            Tag::GPSAltitude,
            Value::Rational(vec![hundredths(metres.abs())]),
        );
    }
    if let Some(metres) = claims.accuracy_m {
        put(
            Tag::GPSHPositioningError,
            Value::Rational(vec![hundredths(metres)]),
        );
    }
    if let Some(degrees) = claims.direction_deg {
        put(Tag::GPSImgDirectionRef, ascii("T"));
        put(
            Tag::GPSImgDirection,
            Value::Rational(vec![hundredths(degrees)]),
        );
    }
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut file = std::io::Cursor::new(Vec::new());
    writer
        .write(&mut file, false)
        .map_err(|error| PhotoError::Encode(error.to_string()))?;
    Ok(file.into_inner())
}

fn civil_text(local: UnixMillis) -> Result<(String, u32), PhotoError> {
    let moment = chrono::DateTime::from_timestamp_millis(local.get())
        .filter(|moment| (0..=9999).contains(&chrono::Datelike::year(moment)))
        .ok_or_else(|| PhotoError::Encode("the time of the shot cannot be written".to_owned()))?;
    let text = moment.format("%Y:%m:%d %H:%M:%S").to_string();
    Ok((text, moment.timestamp_subsec_millis()))
}

/// Degrees, minutes and seconds; a ten-thousandth of a second is 3 mm.
fn degrees(value: f64) -> Value {
    const PARTS: f64 = 10_000.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "180 degrees are 6,480,000,000 parts, and u64 holds them"
    )]
    let parts = (value.abs() * 3_600.0 * PARTS).round() as u64;
    let whole = |number: u64, denom: u32| Rational {
        num: u32::try_from(number).unwrap_or(u32::MAX),
        denom,
    };
    let minute = 60 * 10_000;
    Value::Rational(vec![
        whole(parts / (60 * minute), 1),
        whole(parts / minute % 60, 1),
        whole(parts % minute, 10_000),
    ])
}

fn hundredths(value: f64) -> Rational {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casting saturates, and the values are metres or degrees"
    )]
    let num = (value.max(0.0) * 100.0).round() as u32;
    Rational { num, denom: 100 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_cameras_write_it_and_nonsense_is_none() {
        let read = |text: &str| civil_millis(text).map(UnixMillis::get);
        assert_eq!(read("1970:01:01 00:00:01"), Some(1_000));
        assert_eq!(read("2026:11:22 16:20:31.5"), Some(1_795_364_431_000));
        for nonsense in [
            "",
            "0000:00:00 00:00:00",
            "2026:13:01 00:00:00",
            "2026:02:30 00:00:00",
            "2026:11:22 24:00:00",
            "99999:01:01 00:00:00",
            "-200:01:01 00:00:00",
            "2026-11-22 16:20:31",
        ] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        for (text, minutes) in [("+08:00", Some(480)), ("-03:30", Some(-210)), ("Z", None)] {
            assert_eq!(offset_minutes(text), minutes, "{text}");
        }
    }

    #[test]
    fn whatever_was_read_can_be_written_again() {
        for (local, offset_min) in [
            (i64::from(i32::MIN) * 1_000, 840),
            (253_370_000_000_000, -720),
        ] {
            let claims = ExifClaims {
                taken: Some(CivilTime {
                    local: UnixMillis::new(local),
                    offset_min: Some(offset_min),
                }),
                place: Wgs84::new(-90.0, 180.0).ok(),
                altitude_m: Some(-1e12),
                accuracy_m: Some(1e12),
                direction_deg: Some(360.0),
                device: Some("相机".to_owned()),
            };
            assert!(block(&claims, "").is_ok(), "{local}");
        }
    }
}

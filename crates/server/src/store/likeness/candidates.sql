SELECT DISTINCT photo_likeness.sha256, photo_likeness.bits
FROM photo_band
JOIN photo_likeness
    ON photo_likeness.district_id = photo_band.district_id
    AND photo_likeness.seq = photo_band.seq
WHERE photo_band.district_id = :district_id
    AND photo_band.band IN (:a, :b, :c, :d, :e, :f, :g, :h)
